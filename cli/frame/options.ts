import { type Command, InvalidArgumentError, Option } from 'commander';
import { PRESET_NAMES } from '../../src/dynamics/mapping.ts';
import { suggesting } from './suggestions.ts';

/*
 * The options that several commands share: one name and one meaning everywhere.
 */

/** `--local`, `--preset` and `--mapping`: where settings come from. */
export function whereOptions(command: Command): Command {
  return command
    .option('--local', 'the running local stack, instead of local.settings.json and the environment')
    .addOption(presetOption('which connector of the local stack').default('resource-assignment'))
    .addOption(mappingOption());
}

/** The local stack runs one connector for each of these. */
const OF_THE_STACK = ['resource-assignment', 'project-team'];

export const presetOption = (about: string) => suggesting(new Option('--preset <name>', about), OF_THE_STACK);
export const mappingOption = () =>
  suggesting(
    new Option('--mapping <name|file>', 'a preset, or a mapping file (default: MAPPING)'),
    PRESET_NAMES,
  );
export const jsonOption = () => new Option('--json', 'prints JSON');
export const dryRunOption = () => new Option('--dry-run', 'only says what would be done');
export const yesOption = () => new Option('--yes', 'does not ask');

/** Adds the most usual calls to the help, each with what it is for. */
export function examples(
  command: Command,
  calls: readonly (readonly [call: string, about: string])[],
): Command {
  const lines = calls.map(([call, about]) => `  # ${about}\n  ${call}`);
  return command.addHelpText('after', `\nExamples:\n${lines.join('\n')}`);
}

/** For `argParser`: a whole number from 1. The texts repeat no argument. */
export function wholeNumber(text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new InvalidArgumentError('should be a whole number from 1.');
}
