import { type Command, InvalidArgumentError, Option } from 'commander';

/*
 * The options that several commands share: one name and one meaning everywhere.
 */

/** `--local`, `--preset` and `--mapping`: where settings come from. */
export function whereOptions(command: Command): Command {
  return command
    .option('--local', 'the running local stack, instead of local.settings.json and the environment')
    .addOption(
      new Option('--preset <name>', 'which connector of the local stack').default('resource-assignment'),
    )
    .option('--mapping <name|file>', 'a preset, or a mapping file (default: MAPPING)');
}

export const jsonOption = () => new Option('--json', 'prints JSON');
export const dryRunOption = () => new Option('--dry-run', 'only says what would be done');
export const yesOption = () => new Option('--yes', 'does not ask');

/** For `argParser`: a whole number from 1. The texts repeat no argument. */
export function wholeNumber(text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new InvalidArgumentError('should be a whole number from 1.');
}
