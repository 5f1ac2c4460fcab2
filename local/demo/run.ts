import { readFileSync } from 'node:fs';
import { endWithParent } from '../end-with-parent.ts';
import { listSamples, type Sample } from '../events/samples.ts';
import { openLocalLog } from '../local-log.ts';
import { createEndings, type Endings, play } from '../play.ts';
import { removeStackFile, runningStacks, writeStackFile } from '../stack-file.ts';
import { changeRow, samplesToRead } from '../with-dataverse.ts';
import { type Compared, showComparison } from './comparison.ts';
import { type Demo, startDemo } from './demo.ts';
import type { Output } from './output.ts';
import { startPage } from './page-server.ts';
import { endingLine, type Seed, sayWhatIsLeft, showServices, showTables } from './tell.ts';

const PRESETS = ['resource-assignment', 'project-team'] as const;
/** The name under which commands reach the system of the comparison. */
const COMPARED = 'compared';

/** Long enough to see a retry in the log, short enough to watch. In Azure the default is 15 min. */
const UNMAPPED_GRACE = '1s';
const LONGEST_MS = 20_000;

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

/** Plays samples; gives how many did not end as they should. Throws at the first that does not end. */
async function playSamples(
  { stack, presets }: Demo,
  samples: readonly Sample[],
  endings: Endings,
  { say, columns }: Output,
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
        say(endingLine(sample, how, columns));
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
    'Starting the connectors with a Dataverse to read',
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
      output.say(`    tried again in ${(Number(line.delayMs) / 1_000).toFixed(1)} s (${line.errorCode})`);
    else if (!EXPECTED.has(String(line.evt))) output.heard(preset, line, text);
  });
  return state;
}

/** What Ctrl-C does, in words. */
async function endAloud(end: () => Promise<void>, { say }: Output): Promise<void> {
  say('\nEnding connectors, broker, COR, Dataverse and storage …');
  await end();
  say('Ended: nothing of it runs any more. What happened: ./connector log --no-follow');
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
    'Starting broker, COR, Dataverse, storage, connectors',
    startDemo({ presets: PRESETS, day, cor: seed, serviceBus, env: { UNMAPPED_GRACE } }),
  );
  demo.onLine((preset, line) => {
    endings.hear(line);
    writeLog(preset, line);
  });
  const log = showLog(demo, output);
  let compared: Compared | undefined;
  const settings = () => ({
    ...demo.settings(),
    ...(compared?.held && { [COMPARED]: compared.held.settings }),
  });
  const writeSettings = () => writeStackFile(project, settings());
  writeSettings();
  const stays = !once && serviceBus === undefined;
  const page = stays ? await startPage(demo, writeSettings) : undefined;

  let ending: Promise<void> | undefined;
  end = () => {
    removeStackFile(project);
    ending ??= Promise.allSettled([page?.close(), demo.stop(), compared?.stop()]).then(() => undefined);
    return ending;
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void endAloud(end, output).finally(() => process.exit(0)));
  output.say(`Up after ${Math.round(performance.now() - began)} ms:`);
  showServices(demo, output);

  try {
    const wrong = await playStory(demo, endings, output);
    writeSettings();
    log.playing = false;
    await showTables(demo, seed, output);
    output.say('\nAll rows of Dynamics are compared with an empty ledger, in a system of its own');
    compared = await showComparison(day, output.say, { stays });
    writeSettings();
    if (page) {
      sayWhatIsLeft(page, compared, COMPARED, output);
      if (others > 0)
        output.say(
          'Another "npm start" runs beside it: until this one ends, commands with --local reach this one.',
        );
      return await new Promise<number>(() => {});
    }
    const { asItShould } = compared;
    output.say(
      wrong === 0 && asItShould
        ? '\nEvery sample ended as its name says.'
        : `\n${wrong} samples did not end as their names say${asItShould ? '' : ', nor did the comparison'}.`,
    );
    return wrong === 0 && asItShould ? 0 : 1;
  } finally {
    await end();
  }
}
