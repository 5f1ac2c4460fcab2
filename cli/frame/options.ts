import { type Command, Option } from 'commander';

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
