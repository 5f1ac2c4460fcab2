import { readFileSync } from 'node:fs';
import { loadMapping } from '../../src/dynamics/mapping.ts';
import { createBlobLedger } from '../../src/ledger/blob-ledger.ts';
import { endWithParent } from '../end-with-parent.ts';
import { listSamples, type Sample } from '../events/samples.ts';
import { openLocalLog } from '../local-log.ts';
import { createEndings, type Ending, type Endings, play } from '../play.ts';
import { believedState, deadLetterTable, readDeadLetters, stateTable } from '../report.ts';
import { removeStackFile, runningStacks, writeStackFile } from '../stack-file.ts';
import { changeRow, samplesToRead } from '../with-dataverse.ts';
import { showComparison } from './comparison.ts';
import { type Demo, startDemo } from './demo.ts';
import type { Output } from './output.ts';
import { type PageServer, startPage } from './page-server.ts';

const PRESETS = ['resource-assignment', 'project-team'] as const;

/** Long enough to see a retry in the log, short enough to watch. In Azure the default is 15 min. */
const UNMAPPED_GRACE = '1s';
const LONGEST_MS = 20_000;

interface Seed {
  readonly users: readonly { id: string; name: string; email: string }[];
  readonly workspaces: readonly { id: string; name: string }[];
}

export interface RunOptions {
  readonly project: string;
  /** Ends after the tables. */
  readonly once: boolean;
  readonly day: string;
  /** Connection string of a Service Bus to play against; the page, which counts in the built-in broker, is left out. */
  readonly serviceBus: string | undefined;
  readonly output: Output;
}

function readSeed(): Seed {
  return JSON.parse(readFileSync(new URL('../events/cor-seed.json', import.meta.url), 'utf8'));
}

function endingLine(sample: Sample, { ending, ms }: Ending): string {
  const asNamed = ending === sample.ending ? '✔' : `✘ should be ${sample.ending}:`;
  return `  ${asNamed} ${sample.name.padEnd(38)} ${ending} (${ms} ms)`;
}

async function showTables({ stack, day }: Demo, seed: Seed, { say, columns }: Output): Promise<void> {
  const names = new Map([...seed.users, ...seed.workspaces].map(({ id, name }) => [id, name]));
  const { storage, cor } = stack;
  if (!storage) throw new Error('The local stack runs without storage.');
  // Both presets have the same percentage rule, and keep their users in the same ledger.
  const rule = loadMapping(PRESETS[0]).percentage;
  const ledger = createBlobLedger({ connectionString: storage.connectionString });
  const believed = await believedState(ledger, rule, day);
  say(`\nWhat COR holds on ${day}\n${stateTable(cor.state(), believed, names, columns)}`);
  const letters = await readDeadLetters(stack.serviceBus, PRESETS);
  say(`\nDead letters\n${deadLetterTable(letters, columns)}`);
}

function showServices(
  { stack, dataverse, presets, host }: Demo,
  page: PageServer | undefined,
  { say }: Output,
) {
  const { broker, cor, storage } = stack;
  // Of a connection string only where it leads: the rest is a key.
  const address = /Endpoint=([^;]+)/i.exec(stack.serviceBus)?.[1];
  const own = stack.serviceBus === broker.connectionString;
  say(`  broker       ${own ? `amqp://127.0.0.1:${broker.port}` : address}, queues ${presets.join(', ')}
  COR sandbox  ${cor.baseUrl}/admin/switches
  Dataverse    ${dataverse.adminUrl}/switches
  storage      ${/BlobEndpoint=([^;]+)/.exec(storage?.connectionString ?? '')?.[1] ?? 'none'}`);
  for (const preset of presets) say(`  connector    ${host(preset).httpUrl}/api/health  ${preset}`);
  if (page) say(`  page         ${page.url}`);
}

/** Plays samples; gives how many did not end as they should. Throws at the first that does not end. */
async function playSamples(
  { stack, presets }: Demo,
  samples: readonly Sample[],
  endings: Endings,
  { say }: Output,
): Promise<number> {
  let wrong = 0;
  for (const preset of presets) {
    say(`  ${preset}`);
    await play({
      connectionString: stack.serviceBus,
      queue: preset,
      samples: samples.filter((sample) => sample.preset === preset),
      endings,
      onEnding(sample, how) {
        if (how.ending !== sample.ending) wrong += 1;
        say(endingLine(sample, how));
      },
    });
  }
  return wrong;
}

/** The samples, those that did not suffice once more with Dataverse at hand, and a row that changes there. */
async function playStory(demo: Demo, endings: Endings, output: Output): Promise<number> {
  output.say('\nEvents of both presets, without a Dataverse to read from');
  const first = await playSamples(demo, listSamples(), endings, output);
  output.say();
  await output.during(
    'Starting the connectors with a Dataverse to read from',
    demo.restart(demo.day, demo.dataverseSettings),
  );
  const second = await playSamples(demo, samplesToRead(demo.dataverse), endings, output);
  const changed = changeRow(demo.dataverse);
  const ending = await endings.of(changed.messageId, LONGEST_MS);
  output.say(`\nA row is changed in Dynamics to ${changed.hours} hours, and its event ends: ${ending}`);
  return first + second + (ending === 'succeeded' ? 0 : 1);
}

const EXPECTED: ReadonlySet<string> = new Set([
  'message.completed',
  'message.deadlettered',
  'percentage.zero',
  'percentage.capped',
  'cor.call',
]);

/** While samples are played their endings are lines of their own: of the log only what else matters is shown. */
function showLog(demo: Demo, output: Output): { playing: boolean } {
  const state = { playing: true };
  demo.onLine((preset, line, text) => {
    if (!state.playing || output.json || !line) output.heard(preset, line, text);
    else if (line.evt === 'message.retried')
      output.say(`    tried again in ${Number(line.delayMs) / 1_000} s: ${line.errorCode}`);
    else if (!EXPECTED.has(String(line.evt))) output.heard(preset, line, text);
  });
  return state;
}

function sayWhatIsLeft(page: PageServer, others: number, { say }: Output): void {
  say(`
Still running. Next:
  ${page.url}    change rows, break services, watch
  ./connector send local/events/messages/resource-assignment/01-*.json
  ./connector dead-letters list --local    what failed, and what to do about it
  ./connector --help                       all commands
Ctrl-C ends everything.`);
  if (others > 0)
    say(`Another "npm start" runs beside it: until this one ends, commands with --local reach this one.`);
}

/** Starts everything, plays the samples, and stays up unless it is for once. Gives the exit code. */
export async function runDemo({ project, once, day, serviceBus, output }: RunOptions): Promise<number> {
  const seed = readSeed();
  const endings = createEndings();
  const others = runningStacks(project).length;
  const writeLog = openLocalLog(project, others > 0);
  const began = performance.now();
  let end = async (): Promise<void> => {};
  // Before anything is started: npm may be killed meanwhile, too.
  endWithParent(() => void end().finally(() => process.exit(1)));
  const demo = await output.during(
    'Starting broker, COR, Dataverse, storage and connectors',
    startDemo({ presets: PRESETS, day, cor: seed, serviceBus, env: { UNMAPPED_GRACE } }),
  );
  demo.onLine((preset, line) => {
    endings.hear(line);
    writeLog(preset, line);
  });
  const log = showLog(demo, output);
  writeStackFile(project, demo.settings());
  const page =
    once || serviceBus !== undefined
      ? undefined
      : await startPage(demo, () => writeStackFile(project, demo.settings()));

  let ending: Promise<void> | undefined;
  end = () => {
    removeStackFile(project);
    ending ??= Promise.allSettled([page?.close(), demo.stop()]).then(() => undefined);
    return ending;
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void end().finally(() => process.exit(0)));
  output.say(`Up after ${Math.round(performance.now() - began)} ms:`);
  showServices(demo, page, output);

  try {
    const wrong = await playStory(demo, endings, output);
    writeStackFile(project, demo.settings());
    log.playing = false;
    await showTables(demo, seed, output);
    output.say('\nAll rows of Dynamics are compared with an empty ledger, in a system of its own');
    const compared = await showComparison(day, output.say);
    if (page) {
      sayWhatIsLeft(page, others, output);
      return await new Promise<number>(() => {});
    }
    output.say(
      wrong === 0 && compared
        ? '\nEvery sample ended as its name says.'
        : `\n${wrong} samples did not end as their names say${compared ? '' : ', nor did the comparison'}.`,
    );
    return wrong === 0 && compared ? 0 : 1;
  } finally {
    await end();
  }
}
