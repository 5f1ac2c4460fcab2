import type { Command } from 'commander';
import { runningStacks } from '../../local/stack-file.ts';
import { isNpmScript, type Shell } from './shell.ts';
import { UsageError } from './usage-error.ts';

/** npm completes options that it does not know to its own: `--max 5` becomes this one. */
const COMPLETED: Readonly<Record<string, string>> = { max: 'maxsockets' };

/** Long names of the options of a command and of those below it. */
function optionNames(command: Command): Set<string> {
  const own = command.options.flatMap(({ long }) => (long ? [long.slice(2)] : []));
  return new Set([...own, ...command.commands.flatMap((below) => [...optionNames(below)])]);
}

function takenByNpm(name: string, environment: Shell['environment']): boolean {
  return [name, COMPLETED[name] ?? name].some((option) => {
    const value = environment[`npm_config_${option.replaceAll('-', '_')}`];
    return value !== undefined && value !== '' && value !== 'false';
  });
}

/**
 * Without `--` npm keeps a script's options to itself, and `dead-letters replay --dry-run` would really
 * replay: npm only leaves `npm_config_dry_run=true` behind. Throws `UsageError` when it has an option that
 * the command knows.
 */
export function requireOptionsPastNpm(command: Command, args: readonly string[], shell: Shell): void {
  if (!isNpmScript(shell.environment)) return;
  const names = optionNames(command);
  const typed = ['./connector', command.name(), ...args.filter((arg) => /^[\w-]{1,30}$/.test(arg)), '…'].join(
    ' ',
  );
  const advice = `Nothing was done. Use ./connector instead of npm ("${typed}"), or put -- before the arguments.`;
  const taken = [...names].filter((name) => takenByNpm(name, shell.environment)).map((name) => `--${name}`);
  if (taken.length > 0)
    throw new UsageError(
      `npm has ${taken.join(' and ')} as an option of its own and did not hand it on. ${advice}`,
    );
  // Of --local npm leaves nothing behind at all, because it takes it for its own --local-address.
  const stack = runningStacks(shell.project).length > 0;
  const elsewhere = args.some((arg) => /^--(local|namespace|account|org)\b/.test(arg));
  if (stack && names.has('local') && !elsewhere)
    throw new UsageError(
      `A local stack is running, and npm may have taken --local for an option of its own. ${advice}`,
    );
}
