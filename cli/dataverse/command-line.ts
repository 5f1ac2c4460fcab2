import { parseArgs } from 'node:util';
import { CONNECTION_SETTING, type Designation } from './service-bus-access.ts';

export const USAGE = `Makes Dataverse post the events that the mapping needs into the queue.

  npm run dataverse -- register [--dry-run]     registers the service endpoint, its steps and their images, or corrects them
  npm run dataverse -- check                    compares what is registered with what the mapping needs, changes nothing
  npm run dataverse -- remove [--dry-run]       removes images, steps and endpoint; asks first, unless --yes

  --org URL              the environment, such as https://contoso.crm.dynamics.com (or DATAVERSE_URL)
  --mapping NAME|FILE    resource-assignment (default), project-team, or a JSON file (or MAPPING)
  --name NAME            of the service endpoint (default "COR connector")
  --queue NAME           of the queue, where ${CONNECTION_SETTING} has no EntityPath (or ServiceBusQueueName)
  --topic NAME           post to a topic instead (or ServiceBusTopicName)
  --solution NAME        unique name of the solution that new components are put into
  --update-key           register: write the key again, after it was rotated
  --skip-endpoint-check  register: do not let Dataverse try the endpoint before the steps are made
  --dry-run              sends only reads, and prints every request
The key comes from the environment: ${CONNECTION_SETTING}, the connection string of a policy with Send only.
You are who "az login" says, or AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET say.
Exit code: 0 ok, 1 something differs or failed, 2 wrong use.`;

/** The command line or a setting does not say what to do. The message is for the one who typed it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const OWN_OPTIONS = {
  register: ['dry-run', 'update-key', 'skip-endpoint-check'],
  check: [],
  remove: ['dry-run', 'yes'],
} as const satisfies Record<string, readonly string[]>;

type CommandName = keyof typeof OWN_OPTIONS;

const flag = { type: 'boolean', default: false } as const;
const value = { type: 'string' } as const;

const OPTIONS = {
  org: value,
  mapping: value,
  name: { type: 'string', default: 'COR connector' },
  queue: value,
  topic: value,
  solution: value,
  'update-key': flag,
  'skip-endpoint-check': flag,
  'dry-run': flag,
  yes: flag,
  help: { type: 'boolean', short: 'h', default: false },
} as const;

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch {
    // What was typed is not repeated: it may be a connection string in the wrong place.
    throw new UsageError(`An option is not known, or lacks its value.\n\n${USAGE}`);
  }
}

export type Values = ReturnType<typeof parse>['values'];

interface CommandLine {
  readonly command: CommandName | 'help';
  readonly values: Values;
}

const isCommand = (name: string): name is CommandName => Object.hasOwn(OWN_OPTIONS, name);

/** Reads the arguments after the script's name. Throws `UsageError`. */
export function readCommandLine(args: readonly string[]): CommandLine {
  const { values, positionals } = parse(args);
  const [command = '', ...rest] = positionals;
  if (values.help) return { command: 'help', values };
  if (command === '') throw new UsageError(USAGE);
  if (!isCommand(command)) throw new UsageError(`There is no such command.\n\n${USAGE}`);
  if (rest.length > 0) throw new UsageError(`${command} was given too much.\n\n${USAGE}`);
  const own: readonly string[] = OWN_OPTIONS[command];
  for (const name of ['dry-run', 'update-key', 'skip-endpoint-check', 'yes'] as const)
    if (values[name] && !own.includes(name)) throw new UsageError(`--${name} does not go with ${command}.`);
  if (values.queue !== undefined && values.topic !== undefined)
    throw new UsageError('Either --queue or --topic: Dataverse posts to one of them.');
  if (values.name.trim() === '' || values.name.length > 200)
    throw new UsageError('--name should have 1 to 200 characters.');
  return { command, values };
}

type Settings = Readonly<Record<string, string | undefined>>;

/** Where Dataverse posts to, by the options, else by the settings of the app. A topic counts more: then the queue is for retries only. */
export function readDesignation(
  { queue, topic }: Values,
  settings: Settings,
): { readonly designation: Designation; readonly path: string | undefined } {
  const byOption = queue || topic;
  if (byOption) return { designation: queue ? 'queue' : 'topic', path: byOption };
  const { ServiceBusTopicName, ServiceBusQueueName } = settings;
  if (ServiceBusTopicName) return { designation: 'topic', path: ServiceBusTopicName };
  return { designation: 'queue', path: ServiceBusQueueName || undefined };
}
