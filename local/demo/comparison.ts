import { loadMapping } from '../../src/dynamics/mapping.ts';
import { openLedger } from '../../src/ledger/open-ledger.ts';
import { withRunWorld } from '../../src/reconcile/open-run.ts';
import { applyRun, planRun } from '../../src/reconcile/run.ts';
import { StoredReports } from '../../src/reconcile/stored-reports.ts';
import { readSettings } from '../../src/settings.ts';
import { startLocalDataverse } from '../dataverse/local-dataverse.ts';
import type { LocalDataverse } from '../dataverse/options.ts';
import { corSeed, PROJECTS, RESOURCES } from '../events/cast.ts';
import type { HostProcess } from '../host/spawn.ts';
import { type Stack, startStack } from '../stack.ts';
import type { Line } from './line.ts';

const QUEUE = 'compared';
const TABLE = loadMapping('resource-assignment').table;
/** No event tells of it, as when a bulk load bypasses the step. */
const LOST = { withEvent: false };
/** More than may be taken away without being asked. */
const MANY = 25;
const LONGEST_MS = 20_000;

/** Of its own, with an empty ledger: rows of another table in the same one would look as if they were gone. */
interface System {
  readonly stack: Stack;
  readonly dataverse: LocalDataverse;
  readonly host: HostProcess;
  readonly env: Readonly<Record<string, string>>;
  /** Resolves with the next line of a run. */
  nextRun(): Promise<Line>;
  stop(): Promise<void>;
}

async function startSystem(day: string): Promise<System> {
  const dataverse = await startLocalDataverse({ rows: 'samples' });
  let heard: (line: Line) => void = () => {};
  const app = {
    queue: QUEUE,
    env: { DATAVERSE_URL: dataverse.url, DATAVERSE_STATIC_TOKEN: dataverse.token, UNMAPPED_GRACE: '0s' },
    onLine: (line: Line | undefined) => {
      if (String(line?.evt).startsWith('reconcile.') && line) heard(line);
    },
  };
  const { users, workspaces } = corSeed();
  const stack = await startStack({ apps: [app], cor: { users, workspaces }, today: day });
  const [host] = stack.hosts;
  if (!host) throw new Error('No host was started.');
  return {
    stack,
    dataverse,
    host,
    env: stack.settings(app),
    nextRun: () =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error('The comparison did not end.')), LONGEST_MS);
        heard = (line) => {
          clearTimeout(timer);
          resolve(line);
        };
      }),
    async stop() {
      await stack.stop();
      await dataverse.close();
    },
  };
}

async function untilQuiet({ stack }: System): Promise<void> {
  const until = performance.now() + LONGEST_MS;
  for (;;) {
    const { active, locked } = stack.broker.counts(QUEUE);
    if (active + locked === 0) return;
    if (performance.now() > until) throw new Error('The messages of the comparison did not end.');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The nightly comparison, now; resolves when its messages are through. */
async function compareNow(system: System): Promise<Line> {
  const { httpUrl, functionsKey } = system.host;
  const ended = system.nextRun();
  const headers = { 'x-functions-key': functionsKey, 'content-type': 'application/json' };
  await fetch(`${httpUrl}/admin/functions/reconcile`, { method: 'POST', headers, body: '{}' });
  const line = await ended;
  await untilQuiet(system);
  return line;
}

/** Workspaces of a person in COR. */
const heldBy = ({ stack }: System, person: { readonly id: string }): number =>
  Object.keys(stack.cor.state()[person.id] ?? {}).length;

function addMany({ dataverse }: System): string[] {
  return Array.from({ length: MANY }, (_, index) =>
    dataverse.create(
      TABLE,
      {
        msdyn_bookableresourceid: RESOURCES.sam.id,
        msdyn_projectid: PROJECTS.lantern.id,
        msdyn_effort: 1 + index / 10,
        msdyn_start: '2026-03-02T08:00:00Z',
        msdyn_finish: '2026-12-31T17:00:00Z',
      },
      LOST,
    ),
  );
}

/** What a run holds back. */
async function heldOf(run: string, { env }: System) {
  const { documents } = openLedger(readSettings(env).ledger);
  return (await new StoredReports(documents).held(run)) ?? [];
}

/** What `reconcile allow RUN` does: reads each row once more, and sends what still holds. */
async function allow(run: string, system: System): Promise<number> {
  const settings = readSettings(system.env);
  const opened = openLedger(settings.ledger);
  const held = await heldOf(run, system);
  const scope = { kind: 'rows', records: held.map(({ record }) => record) } as const;
  await withRunWorld(settings, opened, {}, async (world) =>
    applyRun(await planRun(world, { by: 'command', scope }), world),
  );
  await untilQuiet(system);
  return held.length;
}

async function firstLoad(system: System, say: (text: string) => void): Promise<boolean> {
  const line = await compareNow(system);
  const people = Object.values(system.stack.cor.state()).filter((held) => Object.keys(held).length > 0);
  say(
    `  first load      ${line.rows} rows were there before: ${line.messages} messages, ${people.length} people in COR`,
  );
  return line.evt === 'reconcile.finished' && people.length > 0;
}

async function lostEvent(system: System, say: (text: string) => void): Promise<boolean> {
  const [record] = addMany(system);
  if (record === undefined) return false;
  const before = heldBy(system, RESOURCES.kim);
  system.dataverse.update(TABLE, record, { msdyn_bookableresourceid: RESOURCES.kim.id }, LOST);
  const line = await compareNow(system);
  say(
    `  lost events     ${line.missingInLedger} rows without an event; Kim Lake has ${before}, then ${heldBy(system, RESOURCES.kim)} workspaces`,
  );
  return line.missingInLedger === MANY;
}

/** Gives the run that holds the removals back; `undefined` where it did not. */
async function heldRemoval(system: System, say: (text: string) => void): Promise<string | undefined> {
  const { dataverse } = system;
  const rows = dataverse.rows(TABLE).filter((row) => row._msdyn_projectid_value === PROJECTS.lantern.id);
  const many = rows.filter((row) => row.msdyn_finish === '2026-12-31T17:00:00Z');
  for (const row of many) dataverse.delete(TABLE, String(row.msdyn_resourceassignmentid), LOST);
  const before = heldBy(system, RESOURCES.sam);
  const line = await compareNow(system);
  say(`  held removals   ${many.length} rows were deleted at once: held back, COR keeps what it has`);
  const run = String(line.run);
  const isHeld = (await heldOf(run, system)).length === MANY && heldBy(system, RESOURCES.sam) === before;
  return isHeld ? run : undefined;
}

async function release(run: string, system: System, say: (text: string) => void): Promise<boolean> {
  const released = await allow(run, system);
  say(`  their release   allowed, each row is read once more: ${released} removals are sent`);
  return released === MANY;
}

/** How the comparison went. */
export interface Compared {
  readonly asItShould: boolean;
  /** Removals that wait for a person, and the settings of their system; only where it stays. */
  readonly held?: { readonly run: string; readonly removals: number; readonly settings: System['env'] };
  stop(): Promise<void>;
}

/**
 * Rows of Dynamics against the ledger: a first load, events that were lost, removals that are held. These are
 * then released, or the system stays up and a person may do that.
 */
export async function showComparison(
  day: string,
  say: (text: string) => void,
  { stays }: { readonly stays: boolean },
): Promise<Compared> {
  const system = await startSystem(day);
  let held: Compared['held'];
  try {
    const began = (await firstLoad(system, say)) && (await lostEvent(system, say));
    const run = began ? await heldRemoval(system, say) : undefined;
    const asItShould = run !== undefined && (stays || (await release(run, system, say)));
    if (!asItShould) say('  ✘ this did not end as it should');
    else if (stays) held = { run, removals: MANY, settings: system.env };
    return { asItShould, ...(held && { held }), stop: system.stop };
  } finally {
    if (!held) await system.stop();
  }
}
