import type { Command } from 'commander';
import { accessTokens } from '../../src/dataverse/access-token.ts';
import { readOrganization } from '../../src/dataverse/environment-url.ts';
import { createWebApi, type ShownRequest, type WebApi } from '../../src/dataverse/web-api.ts';
import { loadMapping } from '../../src/dynamics/mapping.ts';
import { EXIT, type ExitCode } from '../frame/exit-code.ts';
import { dryRunOption, examples, mappingOption, yesOption } from '../frame/options.ts';
import type { Define } from '../frame/program.ts';
import type { Session } from '../frame/session.ts';
import { commandSettings, type Environment } from '../frame/settings.ts';
import { UsageError } from '../frame/usage-error.ts';
import type { Wanted } from './desired.ts';
import { nextSteps } from './next-steps.ts';
import { OPERATOR } from './operator.ts';
import { findings } from './plan.ts';
import { readPlan } from './read-plan.ts';
import { readingProblems } from './readable.ts';
import { requireKey, register as writeRegistration } from './register.ts';
import { readRegistered } from './registered.ts';
import { RegistrationError } from './registration-error.ts';
import { removals, remove as removeAll } from './remove.ts';
import { CONNECTION_SETTING, readDesignation, readServiceBusAccess } from './service-bus-access.ts';

/** Length of the column (Dataverse docs, table reference ServiceEndpoint). */
const MAX_NAME = 200;

interface Options {
  readonly org?: string;
  readonly mapping?: string;
  readonly name: string;
  readonly queue?: string;
  readonly topic?: string;
  readonly solution?: string;
  readonly updateKey?: boolean;
  readonly skipEndpointCheck?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

interface Run {
  readonly session: Session;
  readonly options: Options;
  readonly settings: Environment;
  readonly origin: string;
  readonly api: WebApi;
}

function printRequest({ print }: Session, { method, path, body }: ShownRequest): void {
  print(`${method} ${path}${method === 'GET' ? '' : '  (not sent)'}`);
  if (body) print(JSON.stringify(body, null, 2));
}

function start(session: Session, options: Options): Run {
  const settings = commandSettings({}, session);
  const url = options.org || settings.DATAVERSE_URL;
  if (!url) throw new UsageError('Which environment? Say --org URL, or set DATAVERSE_URL.');
  const { origin, isLoopback } = readOrganization(url);
  // For a stand-in of Dataverse: it never goes out of this machine.
  const staticToken = settings.DATAVERSE_STATIC_TOKEN;
  if (staticToken && !isLoopback)
    throw new UsageError('DATAVERSE_STATIC_TOKEN is for a stand-in on this machine: unset it.');
  const api = createWebApi({
    origin,
    tokens: staticToken ? async () => staticToken : accessTokens(session.shell.credential),
    operator: OPERATOR,
    solution: options.solution,
    dryRun: options.dryRun === true,
    ...(options.dryRun && { onRequest: (request) => printRequest(session, request) }),
    onPause: (ms) => session.say(`Dataverse is not ready: the next try is in ${Math.ceil(ms / 1000)} s.`),
  });
  session.target(`Dataverse environment ${origin}`);
  return { session, options, settings, origin, api };
}

async function readWanted({ session, options, settings }: Run): Promise<Wanted> {
  const { MAPPING } = commandSettings(options, session);
  const mapping = loadMapping(MAPPING || 'resource-assignment');
  const { designation, path } = readDesignation(options, settings);
  const connection = settings[CONNECTION_SETTING];
  const access = connection ? await readServiceBusAccess(connection, designation, path) : undefined;
  if (options.updateKey && !access)
    throw new UsageError(`--update-key needs the key: set ${CONNECTION_SETTING}.`);
  if (access?.keyName === 'RootManageSharedAccessKey')
    session.say(`${access.keyName} may do anything in the namespace: better use a policy with Send only.`);
  return { mapping, name: options.name, designation, access, path };
}

async function register({ api, origin, session, options }: Run, wanted: Wanted): Promise<ExitCode> {
  const { dryRun, skipEndpointCheck = false } = options;
  const plan = await readPlan(api, wanted, options.updateKey);
  requireKey(plan);
  let writes = 0;
  const onDone = (done: string) => {
    writes += 1;
    if (dryRun) return;
    session.whenInterrupted(
      'Interrupted. What is listed above was done; running it again goes on from there.',
    );
    session.print(done);
  };
  await writeRegistration(api, plan, onDone, {
    skipEndpointCheck,
    onNote: dryRun ? () => {} : session.print,
  });
  for (const note of findings(plan).surplus) session.say(`Note: ${note}`);
  if (writes === 0) session.print('Everything is registered as the mapping needs it. Nothing was changed.');
  else if (dryRun) session.print('Nothing was changed.');
  if (!dryRun) session.print(`\n${nextSteps(wanted, origin)}`);
  return EXIT.done;
}

async function check({ api, session }: Run, wanted: Wanted): Promise<ExitCode> {
  const { wrong, surplus } = findings(await readPlan(api, wanted));
  const reading = await readingProblems(api, wanted.mapping);
  for (const sentence of [...wrong, ...reading]) session.print(sentence);
  for (const note of surplus) session.print(`Note: ${note}`);
  if (!wanted.access)
    session.print(`Note: the address and key name were not compared: ${CONNECTION_SETTING} is not set.`);
  if (wrong.length === 0) {
    session.print('Everything is registered as the mapping needs it.');
    return reading.length === 0 ? EXIT.done : EXIT.differs;
  }
  session.print('To fix: ./connector dataverse register, or by hand in the Plug-in Registration tool.');
  return EXIT.differs;
}

async function remove({ api, session, options }: Run): Promise<ExitCode> {
  const { dryRun, yes } = options;
  await api.get('WhoAmI');
  const all = removals(await readRegistered(api, options.name));
  if (all.length === 0) {
    session.print(`Nothing is registered under the name "${options.name}".`);
    return EXIT.done;
  }
  if (!dryRun && !yes) {
    for (const { name } of all) session.print(name);
    if (!(await session.confirm(`Remove these ${all.length}?`, yes))) {
      session.say('Nothing was removed.');
      return EXIT.differs;
    }
  }
  await removeAll(api, all, (done) => {
    if (dryRun) return;
    session.whenInterrupted(
      'Interrupted. What is listed above was done; running it again goes on from there.',
    );
    session.print(done);
  });
  if (dryRun) session.print('Nothing was changed.');
  return EXIT.done;
}

/** Whatever is wrong before the first request is wrong use. */
async function asUsage<T>(read: () => T | Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof RegistrationError) throw new UsageError(error.message);
    throw error;
  }
}

async function connected(
  session: Session,
  options: Options,
  work: (run: Run) => Promise<ExitCode>,
): Promise<ExitCode> {
  const { name, queue, topic } = options;
  if (queue !== undefined && topic !== undefined)
    throw new UsageError('Either --queue or --topic: Dataverse posts to one of them.');
  if (name.trim() === '' || name.length > MAX_NAME)
    throw new UsageError(`--name should have 1 to ${MAX_NAME} characters.`);
  const run = await asUsage(() => start(session, options));
  try {
    return await work(run);
  } finally {
    await run.api.close();
  }
}

const wanting =
  (work: (run: Run, wanted: Wanted) => Promise<ExitCode>) => (session: Session, options: Options) =>
    connected(session, options, async (run) => work(run, await asUsage(() => readWanted(run))));

function runRemove(session: Session, options: Options): Promise<ExitCode> {
  if (!options.dryRun) session.requireAnswer(options.yes);
  return connected(session, options, remove);
}

const KEY_HELP = `
The key comes from the environment: ${CONNECTION_SETTING}, the connection string of a policy with Send only.`;
const LOGIN_HELP = `
You are who "az login" says, or AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET say.`;

const withEnvironment = (command: Command) =>
  command
    .option(
      '--org <url>',
      'the environment, such as https://contoso.crm.dynamics.com (default: DATAVERSE_URL)',
    )
    .option('--name <name>', 'of the service endpoint', 'COR connector')
    .addHelpText('after', LOGIN_HELP);

const withWanted = (command: Command) =>
  withEnvironment(command)
    .addOption(mappingOption())
    .option(
      '--queue <name>',
      `the queue, where ${CONNECTION_SETTING} has no EntityPath (default: ServiceBusQueueName)`,
    )
    .option('--topic <name>', 'post to a topic instead (default: ServiceBusTopicName)')
    .option('--solution <name>', 'unique name of the solution that new components are put into')
    .addHelpText('after', KEY_HELP);

export const dataverseCommands: Define = (parent, run) => {
  const group = parent
    .command('dataverse')
    .summary('makes Dataverse post the events that the mapping needs')
    .description('Makes Dataverse post the events that the mapping needs into the queue.');
  const registering = withWanted(
    group
      .command('register')
      .summary('registers endpoint, steps and images, or corrects them')
      .description(
        'Registers the service endpoint, its steps and their images, or corrects them. What is right already is left as it is.',
      ),
  )
    .option('--update-key', 'writes the key again, after it was rotated')
    .option('--skip-endpoint-check', 'does not let Dataverse try the endpoint before the steps are made')
    .addOption(dryRunOption());
  examples(registering, [
    ['./connector dataverse register --org URL --dry-run', 'what would be registered'],
    ['./connector dataverse register --org URL', 'registers it'],
  ]).action(run<Options>(wanting(register)));
  const checking = withWanted(
    group
      .command('check')
      .summary('compares what is registered with what the mapping needs')
      .description(
        'Compares what is registered with what the mapping needs, and looks whether this login can read what the connector reads. Changes nothing.',
      ),
  );
  examples(checking, [
    ['./connector dataverse check --org URL', 'exit code 0 only when nothing has to be done'],
  ]).action(run<Options>(wanting(check)));
  const removing = withEnvironment(
    group
      .command('remove')
      .summary('removes images, steps and endpoint')
      .description('Removes images, steps and endpoint: no more events come. Asks first.'),
  )
    .addOption(dryRunOption())
    .addOption(yesOption());
  examples(removing, [['./connector dataverse remove --org URL --dry-run', 'what would be removed']]).action(
    run<Options>(runRemove),
  );
};
