import { parseArgs } from 'node:util';

export const USAGE = `What the connector believes that COR holds.

  npm run ledger -- list [--json]                 all users: assignments, workspaces
  npm run ledger -- show USER [--json]            one user: every assignment, the percentage of every workspace
  npm run ledger -- show USER --verify            also tells COR all of it and compares the reply (this mends what differs)
  npm run ledger -- list --verify                 the same for all users
  npm run ledger -- export                        every document, one line of JSON each

  --local [--preset NAME]    the running local stack; else local.settings.json and the environment
With --json or export, "npm run --silent ledger -- …" prints nothing else.
Exit code: 0 ok, 1 COR differs or something failed, 2 wrong use.`;

class UsageError extends Error {}

/** Is it the command line that is wrong, and nothing else? */
export function isWrongUse(error: unknown): error is Error {
  const { code } = (error ?? {}) as { code?: unknown };
  return error instanceof UsageError || (typeof code === 'string' && code.startsWith('ERR_PARSE_ARGS'));
}

export interface Command {
  readonly name: 'show' | 'list' | 'export';
  readonly user: string | undefined;
  readonly json: boolean;
  readonly verify: boolean;
  readonly local: boolean;
  readonly preset: string;
}

/** The command, or `undefined` when help is asked for. Throws when it is none: see `isWrongUse`. */
export function readCommand(args: readonly string[]): Command | undefined {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      verify: { type: 'boolean', default: false },
      local: { type: 'boolean', default: false },
      preset: { type: 'string', default: 'resource-assignment' },
      help: { type: 'boolean', short: 'h', default: false },
    },
    allowPositionals: true,
  });
  const { help, ...options } = values;
  if (help) return undefined;
  const [name, user, ...rest] = positionals;
  if (name !== 'show' && name !== 'list' && name !== 'export')
    throw new UsageError(name === undefined ? 'A command is missing.' : `There is no command "${name}".`);
  if (name === 'show' && !user) throw new UsageError('show needs the external id of a user.');
  const extra = name === 'show' ? rest : [...(user === undefined ? [] : [user]), ...rest];
  if (extra.length > 0) throw new UsageError(`${name} does not take "${extra[0]}".`);
  if (name === 'export' && (options.json || options.verify))
    throw new UsageError('export is JSON already and takes neither --json nor --verify.');
  return { name, user, ...options };
}
