import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loadMapping } from '../src/dynamics/mapping.ts';
import { createBlobLedger } from '../src/ledger/blob-ledger.ts';
import { settingsSchema } from '../src/settings-schema.ts';
import { endWithParent } from './end-with-parent.ts';
import { listSamples, type Sample } from './events/samples.ts';
import { STORY_DAY } from './events/story-day.ts';
import { openLocalLog } from './local-log.ts';
import { createEndings, type Ending, play } from './play.ts';
import { believedState, deadLetterTable, readDeadLetters, stateTable } from './report.ts';
import { type Stack, startStack } from './stack.ts';
import { removeStackFile, writeStackFile } from './stack-file.ts';
import { changeRow, samplesToRead, startPostingDataverse } from './with-dataverse.ts';

const USAGE = `Starts the whole flow on this machine: a Service Bus-compatible broker, a COR sandbox, storage, and the built connector
once for each preset; plays the sample events of local/events and shows what came of them. Those that do not suffice are
played once more with a local Dataverse, where their rows can be read; then a row is changed there.

  npm start                stays up afterwards, for "./connector send FILE…" and the other commands with --local
  npm start -- --once              ends after the tables; exit code 0 only if every sample ended as its file name says
  npm start -- --today 2026-03-11  plays on another day than ${STORY_DAY}: the percentages are those of its week`;

const PROJECT = fileURLToPath(new URL('..', import.meta.url));

const PRESETS = ['resource-assignment', 'project-team'] as const;

/** Long enough to see a retry in the log, short enough to watch. In Azure the default is 15 min. */
const UNMAPPED_GRACE = '1s';

const LONGEST_MS = 20_000;

interface Seed {
  readonly users: readonly { id: string; name: string; email: string }[];
  readonly workspaces: readonly { id: string; name: string }[];
}

function readSeed(): Seed {
  return JSON.parse(readFileSync(new URL('./events/cor-seed.json', import.meta.url), 'utf8'));
}

function endingLine(sample: Sample, { ending, ms }: Ending): string {
  const asNamed = ending === sample.ending ? '✔' : `✘ should be ${sample.ending}:`;
  return `  ${asNamed} ${sample.name.padEnd(44)} ${ending} (${ms} ms)`;
}

async function showTables(stack: Stack, seed: Seed, day: string): Promise<void> {
  const names = new Map([...seed.users, ...seed.workspaces].map(({ id, name }) => [id, name]));
  const { storage, broker, cor } = stack;
  if (!storage) throw new Error('The local stack runs without storage.');
  // Both presets have the same percentage rule, and keep their users in the same ledger.
  const rule = loadMapping(PRESETS[0]).percentage;
  const believed = await believedState(
    createBlobLedger({ connectionString: storage.connectionString }),
    rule,
    day,
  );
  console.log(`\nWhat COR holds on ${day}\n${stateTable(cor.state(), believed, names)}`);
  const letters = await readDeadLetters(broker.connectionString, PRESETS);
  console.log(`\nDead letters\n${deadLetterTable(letters)}`);
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      once: { type: 'boolean' },
      today: { type: 'string', default: STORY_DAY },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  if (!settingsSchema.shape.COR_TODAY.safeParse(values.today).success)
    throw new Error(`--today should be a date such as ${STORY_DAY}.`);
  const started = performance.now();
  const seed = readSeed();
  const endings = createEndings();
  const writeLog = openLocalLog(PROJECT);
  const apps = PRESETS.map((preset) => ({
    queue: preset,
    env: { MAPPING: preset, UNMAPPED_GRACE },
    onLine: (line: Readonly<Record<string, unknown>> | undefined, text: string) => {
      endings.hear(line);
      writeLog(preset, line);
      if (playing && line?.evt !== 'message.retried') return;
      console.log(`  ${preset}: ${text}`);
    },
  }));
  let playing = true;
  let end = async (): Promise<void> => {};
  // Before anything is started: npm may be killed meanwhile, too.
  endWithParent(() => void end().finally(() => process.exit(1)));
  const stack = await startStack({ apps, cor: seed, today: values.today });
  const posting = await startPostingDataverse(stack.broker.connectionString, PRESETS);
  writeStackFile(Object.fromEntries(apps.map((app) => [app.queue, stack.settings(app)])));

  let ending: Promise<void> | undefined;
  end = () => {
    removeStackFile();
    ending ??= Promise.allSettled([posting.close(), stack.stop()]).then(() => undefined);
    return ending;
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void end().finally(() => process.exit(0)));

  const { broker, cor, storage, hosts } = stack;
  console.log(`Up after ${Math.round(performance.now() - started)} ms:
  broker       amqp://127.0.0.1:${broker.port} (queues ${PRESETS.join(', ')})
  COR sandbox  ${cor.baseUrl} (switches: ${cor.baseUrl}/admin/switches)
  Dataverse    ${posting.dataverse.url} (rows: ${posting.dataverse.adminUrl}/rows/msdyn_resourceassignment)
  storage      ${/BlobEndpoint=([^;]+)/.exec(storage?.connectionString ?? '')?.[1] ?? 'none'}
  connector    ${hosts.map(({ httpUrl }) => `${httpUrl}/api/health`).join('  ')}
`);

  let wrong = 0;
  const playAll = async (samples: readonly Sample[], what: string) => {
    for (const preset of PRESETS) {
      console.log(`${what} of preset ${preset}`);
      await play({
        connectionString: broker.connectionString,
        queue: preset,
        samples: samples.filter((sample) => sample.preset === preset),
        endings,
        onEnding(sample, how) {
          if (how.ending !== sample.ending) wrong += 1;
          console.log(endingLine(sample, how));
        },
      });
    }
  };
  await playAll(listSamples(), 'Events');
  console.log('The same connectors, now with DATAVERSE_URL: what an event lacks is read from its row.');
  await Promise.all(hosts.map((host) => host.stop(2_000)));
  const reading = apps.map((app) => ({ ...app, env: { ...app.env, ...posting.settings } }));
  await Promise.all(reading.map((app) => stack.startApp(app)));
  writeStackFile(Object.fromEntries(reading.map((app) => [app.queue, stack.settings(app)])));
  await playAll(samplesToRead(posting.dataverse), 'Events that did not suffice, again,');
  const changed = changeRow(posting.dataverse);
  const followed = await endings.of(changed.messageId, LONGEST_MS).catch((error: Error) => error.message);
  if (followed !== 'succeeded') wrong += 1;
  console.log(`A row is changed in Dynamics to ${changed.hours} hours, and its event ends: ${followed}`);
  playing = false;
  await showTables(stack, seed, values.today);

  if (values.once) {
    await end();
    console.log(
      wrong === 0
        ? '\nEvery sample ended as its name says.'
        : `\n${wrong} samples did not end as their names say.`,
    );
    return wrong === 0 ? 0 : 1;
  }
  console.log(
    `\nStill running (Ctrl-C ends everything). Try:
  ./connector send local/events/messages/resource-assignment/01-*.json
  ./connector match --local
  curl -X PATCH ${posting.dataverse.adminUrl}/rows/msdyn_resourceassignment/${changed.id} -d '{"msdyn_effort": 30}'`,
  );
  return new Promise<number>(() => {});
}

try {
  process.exit(await main());
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
