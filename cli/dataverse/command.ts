import type { TokenCredential } from '@azure/identity';
import { accessTokens } from '../../src/dataverse/access-token.ts';
import { readOrganization } from '../../src/dataverse/environment-url.ts';
import { createWebApi, type ShownRequest, type WebApi } from '../../src/dataverse/web-api.ts';
import { loadMapping } from '../../src/dynamics/mapping.ts';
import { MappingError } from '../../src/dynamics/mapping-error.ts';
import { SettingsError } from '../../src/settings.ts';
import { readCommandLine, readDesignation, USAGE, UsageError, type Values } from './command-line.ts';
import type { Wanted } from './desired.ts';
import { nextSteps } from './next-steps.ts';
import { OPERATOR } from './operator.ts';
import { findings } from './plan.ts';
import { readPlan } from './read-plan.ts';
import { register, requireKey } from './register.ts';
import { readRegistered } from './registered.ts';
import { RegistrationError } from './registration-error.ts';
import { removals, remove } from './remove.ts';
import { CONNECTION_SETTING, readServiceBusAccess } from './service-bus-access.ts';

type Settings = Readonly<Record<string, string | undefined>>;

/** What the command works with. */
export interface Shell {
  readonly args: readonly string[];
  readonly readSettings: () => Settings;
  readonly credential: () => Promise<TokenCredential>;
  readonly print: (text: string) => void;
  readonly warn: (text: string) => void;
  /** Asks on the terminal; `undefined` where there is none. */
  readonly ask: ((question: string) => Promise<boolean>) | undefined;
}

interface Run {
  readonly shell: Shell;
  readonly values: Values;
  readonly origin: string;
  readonly api: WebApi;
}

function printRequest({ print }: Shell, { method, path, body }: ShownRequest): void {
  print(`${method} ${path}${method === 'GET' ? '' : '  (not sent)'}`);
  if (body) print(JSON.stringify(body, null, 2));
}

function start(shell: Shell, values: Values, settings: Settings): Run {
  const url = values.org || settings.DATAVERSE_URL;
  if (!url) throw new UsageError('Which environment? Say --org URL, or set DATAVERSE_URL.');
  const { origin, isLoopback } = readOrganization(url);
  // For a stand-in of Dataverse: it never goes out of this machine.
  const staticToken = settings.DATAVERSE_STATIC_TOKEN;
  if (staticToken && !isLoopback)
    throw new UsageError('DATAVERSE_STATIC_TOKEN is for a stand-in on this machine: unset it.');
  const api = createWebApi({
    origin,
    tokens: staticToken ? async () => staticToken : accessTokens(shell.credential),
    operator: OPERATOR,
    solution: values.solution,
    dryRun: values['dry-run'],
    ...(values['dry-run'] && { onRequest: (request) => printRequest(shell, request) }),
    onPause: (ms) => shell.warn(`Dataverse is not ready: the next try is in ${Math.ceil(ms / 1000)} s.`),
  });
  return { shell, values, origin, api };
}

async function readWanted({ shell, values }: Run, settings: Settings): Promise<Wanted> {
  const mapping = loadMapping(values.mapping || settings.MAPPING || 'resource-assignment');
  const { designation, path } = readDesignation(values, settings);
  const connection = settings[CONNECTION_SETTING];
  const access = connection ? await readServiceBusAccess(connection, designation, path) : undefined;
  if (values['update-key'] && !access)
    throw new UsageError(`--update-key needs the key: set ${CONNECTION_SETTING}.`);
  if (access?.keyName === 'RootManageSharedAccessKey')
    shell.warn(`${access.keyName} may do anything in the namespace: better use a policy with Send only.`);
  return { mapping, name: values.name, designation, access, path };
}

async function runRegister({ api, origin, shell, values }: Run, wanted: Wanted): Promise<number> {
  const { 'dry-run': dryRun, 'skip-endpoint-check': skipEndpointCheck } = values;
  const plan = await readPlan(api, wanted, values['update-key']);
  requireKey(plan);
  let writes = 0;
  const onDone = (done: string) => {
    writes += 1;
    if (!dryRun) shell.print(done);
  };
  await register(api, plan, onDone, { skipEndpointCheck, onNote: dryRun ? () => {} : shell.print });
  for (const note of findings(plan).surplus) shell.warn(`Note: ${note}`);
  if (writes === 0) shell.print('Everything is registered as the mapping needs it. Nothing was changed.');
  else if (dryRun) shell.print('Nothing was changed.');
  if (!dryRun) shell.print(`\n${nextSteps(wanted, origin)}`);
  return 0;
}

async function runCheck({ api, shell }: Run, wanted: Wanted): Promise<number> {
  const { wrong, surplus } = findings(await readPlan(api, wanted));
  for (const sentence of wrong) shell.print(sentence);
  for (const note of surplus) shell.print(`Note: ${note}`);
  if (!wanted.access)
    shell.print(`Note: the address and key name were not compared: ${CONNECTION_SETTING} is not set.`);
  if (wrong.length === 0) {
    shell.print('Everything is registered as the mapping needs it.');
    return 0;
  }
  shell.print('To fix: npm run dataverse -- register, or by hand in the Plug-in Registration tool.');
  return 1;
}

async function runRemove({ api, shell, values }: Run): Promise<number> {
  const { 'dry-run': dryRun, yes } = values;
  await api.get('WhoAmI');
  const all = removals(await readRegistered(api, values.name));
  if (all.length === 0) {
    shell.print(`Nothing is registered under the name "${values.name}".`);
    return 0;
  }
  if (!dryRun && !yes) {
    for (const { name } of all) shell.print(name);
    if (!(await shell.ask?.(`Remove these ${all.length}? Type yes: `))) {
      shell.warn('Nothing was removed.');
      return 1;
    }
  }
  await remove(api, all, (done) => {
    if (!dryRun) shell.print(done);
  });
  if (dryRun) shell.print('Nothing was changed.');
  return 0;
}

/** Whatever is wrong before the first request is wrong use. */
async function asUsage<T>(read: () => T | Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof RegistrationError || error instanceof MappingError || error instanceof SettingsError)
      throw new UsageError(error.message);
    throw error;
  }
}

/** Does what the arguments say; returns the exit code. Throws `UsageError`, `DataverseError` or `RegistrationError`. */
async function run(shell: Shell): Promise<number> {
  const { command, values } = readCommandLine(shell.args);
  if (command === 'help') {
    shell.print(USAGE);
    return 0;
  }
  if (command === 'remove' && !values.yes && !values['dry-run'] && !shell.ask)
    throw new UsageError('remove cannot ask here, because there is no terminal: say --yes.');
  const settings = shell.readSettings();
  const started = await asUsage(() => start(shell, values, settings));
  try {
    if (command === 'remove') return await runRemove(started);
    const wanted = await asUsage(() => readWanted(started, settings));
    return await (command === 'register' ? runRegister : runCheck)(started, wanted);
  } finally {
    await started.api.close();
  }
}

/** The whole command `dataverse`; returns its exit code. */
export async function runCommand(shell: Shell): Promise<number> {
  try {
    return await run(shell);
  } catch (error) {
    shell.warn(error instanceof Error ? error.message : String(error));
    return error instanceof UsageError ? 2 : 1;
  }
}
