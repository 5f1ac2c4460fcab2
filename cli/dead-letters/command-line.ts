import { parseArgs } from 'node:util';
import { type Filter, filterSchema } from '../../src/dead-letters/filter.ts';

export const USAGE = `The messages that the connector gave up, and what to do with them.

  npm run dead-letters -- list [--json]            how many there are of each reason, the oldest, the newest
  npm run dead-letters -- show NUMBER              one of them: reason, description, what it would change (no personal data)
  npm run dead-letters -- show --reason REASON     all of this reason; --json; --body adds the bodies as they were sent
  npm run dead-letters -- replay [--dry-run]       puts them back into the queue, the oldest first
  npm run dead-letters -- discard [--dry-run]      deletes them for good; asks first, unless --yes
  npm run dead-letters -- export DIRECTORY         the body and the metadata of each in a file

Which ones (all commands; together they narrow down; without any: all)
  --reason REASON   --user EXTERNAL_ID   --before TIME (enqueued before, ISO 8601)   --max N (the oldest)
Where (default: local.settings.json and the environment, as the app)
  --namespace NAME with your own Azure login   --queue NAME   --local [--preset NAME] the running local stack
Exit code: 0 ok, 1 some failed or were left, 2 wrong use.`;

/** The command line does not say what to do. The message is for the one who typed it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const OWN_OPTIONS = {
  help: [],
  list: ['json'],
  show: ['json', 'body'],
  replay: ['dry-run'],
  discard: ['dry-run', 'yes'],
  export: [],
} as const satisfies Record<string, readonly string[]>;

type CommandName = keyof typeof OWN_OPTIONS;

const flag = { type: 'boolean', default: false } as const;
const value = { type: 'string' } as const;

const OPTIONS = {
  json: flag,
  body: flag,
  'dry-run': flag,
  yes: flag,
  reason: value,
  user: value,
  before: value,
  max: value,
  queue: value,
  namespace: value,
  local: flag,
  preset: { type: 'string', default: 'resource-assignment' },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

type Values = ReturnType<typeof parse>['values'];

export interface CommandLine {
  readonly command: CommandName;
  readonly filter: Filter;
  /** Only of `export`; else empty. */
  readonly directory: string;
  readonly values: Values;
}

function isCommand(name: string): name is CommandName {
  return Object.hasOwn(OWN_OPTIONS, name);
}

function readFilter({ reason, user, before, max }: Values): Filter {
  const asked = { reason, user, before, max: max === undefined ? undefined : Number(max) };
  const parsed = filterSchema.safeParse(asked);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    (issue) => `--${issue.path.join('.')} should be ${issue.message}.`,
  );
  throw new UsageError(problems.join('\n'));
}

/** What a command takes beside options: nothing, a sequence number, or a directory. */
function readArgument(command: CommandName, argument: string | undefined, values: Values) {
  switch (command) {
    case 'show': {
      if (argument !== undefined && !/^\d+$/.test(argument))
        throw new UsageError(`show needs a sequence number, not "${argument}".`);
      if (argument !== undefined) return { sequenceNumber: argument };
      if ([values.reason, values.user, values.before, values.max].some((given) => given !== undefined))
        return {};
      throw new UsageError('show needs a sequence number, or --reason, --user, --before or --max.');
    }
    case 'export':
      if (argument === undefined) throw new UsageError('export needs the directory to write to.');
      return { directory: argument };
    default:
      if (argument !== undefined) throw new UsageError(`${command} was given too much: "${argument}".`);
      return {};
  }
}

/** Reads the arguments after the script's name. Throws `UsageError`. */
export function readCommandLine(args: readonly string[]): CommandLine {
  const { values, positionals } = parse(args);
  const [command = '', argument, ...rest] = positionals;
  if (values.help) return { command: 'help', filter: {}, directory: '', values };
  if (!isCommand(command))
    throw new UsageError(command ? `There is no command "${command}".\n\n${USAGE}` : USAGE);
  const own: readonly string[] = OWN_OPTIONS[command];
  for (const name of ['json', 'body', 'dry-run', 'yes'] as const)
    if (values[name] && !own.includes(name)) throw new UsageError(`--${name} does not go with ${command}.`);
  if (rest[0] !== undefined) throw new UsageError(`${command} was given too much: "${rest[0]}".`);
  const { directory = '', ...number } = readArgument(command, argument, values);
  return { command, filter: { ...readFilter(values), ...number }, directory, values };
}
