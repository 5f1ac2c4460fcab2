import { parseArgs } from 'node:util';
import { credentialFor } from '../src/credential.ts';
import { confirm } from '../src/dead-letters/confirm.ts';
import { loadMapping, MappingError } from '../src/dynamics/mapping.ts';
import type { Wanted } from '../src/registration/desired.ts';
import { type Organization, readOrganization } from '../src/registration/organization.ts';
import { findings } from '../src/registration/plan.ts';
import { CONNECTION_SETTING, readQueueAccess } from '../src/registration/queue-access.ts';
import { readPlan } from '../src/registration/read-plan.ts';
import { register, requireKey } from '../src/registration/register.ts';
import { readRegistered } from '../src/registration/registered.ts';
import { RegistrationError } from '../src/registration/registration-error.ts';
import { removals, remove } from '../src/registration/remove.ts';
import { tokenOf } from '../src/registration/token.ts';
import { createWebApi, type ShownRequest, type WebApi } from '../src/registration/web-api.ts';
import { commandSettings } from './settings.ts';

const USAGE = `Makes Dataverse post the events that the mapping needs into the queue.

  npm run dataverse -- register [--dry-run]     registers the service endpoint, its steps and their images, or corrects them
  npm run dataverse -- check                    compares what is registered with what the mapping needs, changes nothing
  npm run dataverse -- remove [--dry-run]       removes images, steps and endpoint; asks first, unless --yes

  --org URL            the environment, such as https://contoso.crm.dynamics.com (or DATAVERSE_URL)
  --mapping NAME|FILE  resource-assignment (default), project-team, or a JSON file (or MAPPING)
  --name NAME          of the service endpoint (default "COR connector")
  --queue NAME         of the queue, where ${CONNECTION_SETTING} has no EntityPath (or ServiceBusQueueName)
  --solution NAME      unique name of the solution that new components are put into
  --update-key         register: write the key of the queue again, after it was rotated
  --dry-run            sends only reads, and prints every request
The key of the queue comes from the environment: ${CONNECTION_SETTING}, the connection string of a policy with Send only.
You are who "az login" says, or AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET say.
Exit code: 0 ok, 1 something differs or failed, 2 wrong use.`;

const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  register: ['dry-run', 'update-key'],
  check: [],
  remove: ['dry-run', 'yes'],
};

class UsageError extends Error {}

function readCommandLine() {
  const { values, positionals } = parseArgs({
    options: {
      org: { type: 'string' },
      mapping: { type: 'string' },
      name: { type: 'string', default: 'COR connector' },
      queue: { type: 'string' },
      solution: { type: 'string' },
      'update-key': { type: 'boolean', default: false },
      'dry-run': { type: 'boolean', default: false },
      yes: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
    allowPositionals: true,
  });
  const [command = '', ...rest] = positionals;
  if (values.help) return { command: 'help', values };
  const own = COMMANDS[command];
  if (!own) throw new UsageError(command ? `There is no command "${command}".\n\n${USAGE}` : USAGE);
  // Not repeated: it may be a connection string in the wrong place.
  if (rest.length > 0) throw new UsageError(`${command} was given too much.\n\n${USAGE}`);
  const foreign = (['update-key', 'dry-run', 'yes'] as const).find(
    (name) => values[name] && !own.includes(name),
  );
  if (foreign) throw new UsageError(`--${foreign} does not go with ${command}.`);
  return { command, values };
}

type Values = ReturnType<typeof readCommandLine>['values'];

interface Target {
  readonly organization: Organization;
  /** Of a stand-in on this machine only. */
  readonly staticToken: string | undefined;
  readonly wanted: Wanted;
}

/** All that is read before anything is sent; whatever is wrong here is wrong use. */
async function readTarget(values: Values): Promise<Target> {
  try {
    const settings = commandSettings({ local: false, preset: '' });
    const url = values.org || settings.DATAVERSE_URL;
    if (!url) throw new UsageError('Which environment? Say --org URL, or set DATAVERSE_URL.');
    const organization = readOrganization(url);
    const staticToken = settings.DATAVERSE_STATIC_TOKEN;
    if (staticToken && !organization.isLoopback)
      throw new UsageError('DATAVERSE_STATIC_TOKEN is for a stand-in on this machine: unset it.');
    const { name } = values;
    if (name.trim() === '' || name.length > 200)
      throw new UsageError('--name should have 1 to 200 characters.');
    const mapping = loadMapping(values.mapping || settings.MAPPING || 'resource-assignment');
    const queue = values.queue || settings.ServiceBusQueueName || undefined;
    const connection = settings[CONNECTION_SETTING];
    const access = connection ? await readQueueAccess(connection, queue) : undefined;
    if (values['update-key'] && !access)
      throw new UsageError(`--update-key needs the key: set ${CONNECTION_SETTING}.`);
    if (access?.keyName === 'RootManageSharedAccessKey')
      console.error(
        `${access.keyName} may do anything in the namespace: better use a policy of the queue with Send only.`,
      );
    return { organization, staticToken, wanted: { mapping, name, access, queue } };
  } catch (error) {
    if (error instanceof RegistrationError || error instanceof MappingError)
      throw new UsageError(error.message);
    throw error;
  }
}

function printRequest({ method, path, body }: ShownRequest): void {
  console.log(`${method} ${path}${method === 'GET' ? '' : '  (not sent)'}`);
  if (body) console.log(JSON.stringify(body, null, 2));
}

function connect({ organization, staticToken }: Target, values: Values): WebApi {
  return createWebApi({
    origin: organization.origin,
    token: staticToken ? async () => staticToken : tokenOf(() => credentialFor(undefined)),
    solution: values.solution,
    dryRun: values['dry-run'],
    ...(values['dry-run'] && { onRequest: printRequest }),
    onPause: (ms) => console.error(`Dataverse asks for a pause of ${Math.ceil(ms / 1000)} s.`),
  });
}

async function runRegister(api: WebApi, { wanted }: Target, values: Values): Promise<number> {
  const plan = await readPlan(api, wanted, values['update-key']);
  requireKey(plan);
  let writes = 0;
  await register(api, plan, (done) => {
    writes += 1;
    if (!values['dry-run']) console.log(done);
  });
  for (const note of findings(plan).surplus) console.error(`Note: ${note}`);
  if (writes === 0) console.log('Everything is registered as the mapping needs it. Nothing was changed.');
  else if (values['dry-run']) console.log('Nothing was changed.');
  return 0;
}

async function runCheck(api: WebApi, { wanted }: Target): Promise<number> {
  const { wrong, surplus } = findings(await readPlan(api, wanted));
  for (const sentence of wrong) console.log(sentence);
  for (const note of surplus) console.log(`Note: ${note}`);
  if (!wanted.access)
    console.log(`Note: the address and key name were not compared: ${CONNECTION_SETTING} is not set.`);
  if (wrong.length === 0) {
    console.log('Everything is registered as the mapping needs it.');
    return 0;
  }
  console.log(`To fix: npm run dataverse -- register, or by hand in the Plug-in Registration tool.`);
  return 1;
}

async function runRemove(api: WebApi, { wanted }: Target, values: Values): Promise<number> {
  await api.get('WhoAmI');
  const all = removals(await readRegistered(api, wanted.name));
  if (all.length === 0) {
    console.log(`Nothing is registered under the name "${wanted.name}".`);
    return 0;
  }
  if (!values['dry-run'] && !values.yes) {
    for (const { name } of all) console.log(name);
    const { stdin: input, stderr: output } = process;
    if (!(await confirm(`Remove these ${all.length}? Type yes: `, { input, output }))) {
      console.error('Nothing was removed.');
      return 1;
    }
  }
  await remove(api, all, (done) => {
    if (!values['dry-run']) console.log(done);
  });
  if (values['dry-run']) console.log('Nothing was changed.');
  return 0;
}

async function main(): Promise<number> {
  const { command, values } = readCommandLine();
  if (command === 'help') {
    console.log(USAGE);
    return 0;
  }
  if (command === 'remove' && !values.yes && !values['dry-run'] && !process.stdin.isTTY)
    throw new UsageError('remove cannot ask here, because there is no terminal: say --yes.');
  const target = await readTarget(values);
  const api = connect(target, values);
  try {
    if (command === 'register') return await runRegister(api, target, values);
    if (command === 'check') return await runCheck(api, target);
    return await runRemove(api, target, values);
  } finally {
    await api.close();
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  // An option that is not known is not repeated: it may be a connection string.
  const badOption = (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS');
  const message = error instanceof Error ? error.message : String(error);
  console.error(badOption ? `An option is not known, or lacks its value.\n\n${USAGE}` : message);
  process.exitCode = badOption || error instanceof UsageError ? 2 : 1;
}
