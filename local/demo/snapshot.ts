import { loadMapping } from '../../src/dynamics/mapping.ts';
import { createBlobLedger } from '../../src/ledger/blob-ledger.ts';
import { withTimeout } from '../../src/timeout.ts';
import type { QueueCounts } from '../broker/queue-counts.ts';
import type { StoredRow } from '../dataverse/store.ts';
import { corSeed, RESOURCES } from '../events/cast.ts';
import { believedState, type DeadLetterRow, readDeadLetters } from '../report.ts';
import type { Demo } from './demo.ts';
import { isOwnRow } from './work.ts';

/** A workspace of a person: what COR holds and what the ledger says, percent; `null` for none. */
interface Share {
  readonly user: string;
  readonly workspace: string;
  readonly held: number | null;
  readonly believed: number | null;
}

/** A row of Dataverse that gives somebody a workspace. */
interface WorkRow {
  readonly table: string;
  readonly id: string;
  readonly name: string;
  readonly person: string;
  readonly project: string;
  /** Hours, or the percentage of a team member. */
  readonly amount: number | null;
  readonly active: boolean;
}

/** All that the page shows, but for the log. */
export interface Snapshot {
  readonly day: string;
  readonly shares: readonly Share[];
  /** False while storage is silent: what the ledger says is then what it said before. */
  readonly ledgerAnswers: boolean;
  readonly queues: readonly (QueueCounts & { readonly name: string })[];
  readonly deadLetters: readonly (DeadLetterRow & { readonly queue: string })[];
  readonly rows: readonly WorkRow[];
  /** Everybody and everything of the samples, and whether COR knows it. */
  readonly cast: readonly { kind: 'user' | 'workspace'; id: string; name: string; known: boolean }[];
  /** COR's switches that a click sets. */
  readonly trouble: { readonly down: boolean; readonly slow: boolean; readonly tooMany: boolean };
}

/** Longer than storage takes on a busy machine, short enough to watch. */
const LEDGER_MS = 1_500;
const TABLES = ['msdyn_resourceassignment', 'msdyn_projectteam'] as const;
/** Percentages of both presets go by the same rule, and are in the same ledger. */
const RULE = loadMapping('resource-assignment').percentage;

function namesOf({ dataverse }: Demo): ReadonlyMap<string, string> {
  const projects = dataverse
    .rows('msdyn_project')
    .map((row) => [String(row.msdyn_projectid), String(row.msdyn_subject)] as const);
  return new Map([...projects, ...Object.values(RESOURCES).map(({ id, name }) => [id, name] as const)]);
}

function workRow(table: string, row: StoredRow, names: ReadonlyMap<string, string>): WorkRow {
  const name = (id: unknown) => names.get(String(id)) ?? (id ? String(id) : '–');
  const amount = table === 'msdyn_projectteam' ? row.msdyn_percentage : (row.msdyn_effort ?? row.msdyn_hours);
  return {
    table,
    id: String(row[`${table}id`]),
    name: String(row.msdyn_name ?? ''),
    person: name(row._msdyn_bookableresourceid_value),
    project: name(row._msdyn_projectid_value ?? row._msdyn_project_value),
    amount: typeof amount === 'number' ? amount : null,
    active: row.statecode === 0,
  };
}

/** Those that the page's own clicks change come first: a person looks for them. */
function rowsOf({ dataverse }: Demo, names: ReadonlyMap<string, string>): WorkRow[] {
  const rows = TABLES.flatMap((table) =>
    dataverse
      .rows(table)
      .filter((row) => row._msdyn_bookableresourceid_value)
      .map((row) => workRow(table, row, names)),
  );
  const [own, others] = [true, false].map((isOwn) => rows.filter(({ id }) => isOwnRow(id) === isOwn));
  return [...(own ?? []), ...(others ?? [])];
}

type Believed = Awaited<ReturnType<typeof believedState>>;

/** What the ledger says, as far as storage answers soon: asked once at a time, however often somebody looks. */
export function createLedgerView({ stack: { storage } }: Demo) {
  const ledger = storage && createBlobLedger({ connectionString: storage.connectionString });
  let said: Believed = new Map();
  let asking: Promise<boolean> | undefined;

  async function ask(day: string): Promise<boolean> {
    try {
      if (ledger) said = await believedState(ledger, RULE, day);
      return true;
    } catch {
      return false;
    } finally {
      asking = undefined;
    }
  }

  return async (day: string): Promise<{ readonly answers: boolean; readonly believed: Believed }> => {
    asking ??= ask(day);
    const answers = await withTimeout(LEDGER_MS, asking, () => false);
    return { answers, believed: said };
  };
}

export type LedgerView = ReturnType<typeof createLedgerView>;

function sharesOf(demo: Demo, names: ReadonlyMap<string, string>, believed: Believed): Share[] {
  const held = demo.stack.cor.state();
  const shares: Share[] = [];
  for (const user of new Set([...Object.keys(held), ...believed.keys()])) {
    const mine = believed.get(user) ?? new Map<string, number>();
    for (const id of new Set([...Object.keys(held[user] ?? {}), ...mine.keys()]))
      shares.push({
        user: names.get(user) ?? user,
        workspace: names.get(id) ?? id,
        held: held[user]?.[id] ?? null,
        believed: mine.get(id) ?? null,
      });
  }
  return shares;
}

function castOf({ stack: { cor } }: Demo): Snapshot['cast'] {
  const users = new Set(Object.keys(cor.state()));
  const workspaces = new Set(cor.workspaceIds());
  const seed = corSeed();
  return [
    ...seed.users.map(({ id, name }) => ({ kind: 'user' as const, id, name, known: users.has(id) })),
    ...seed.workspaces.map(({ id, name }) => ({
      kind: 'workspace' as const,
      id,
      name,
      known: workspaces.has(id),
    })),
  ];
}

/** Looks at everything now. */
export async function takeSnapshot(demo: Demo, ledger: LedgerView): Promise<Snapshot> {
  const { stack, presets, day } = demo;
  const names = namesOf(demo);
  const { down, latencyMs, rateLimit } = stack.cor.switches;
  const [{ answers, believed }, deadLetters] = await Promise.all([
    ledger(day),
    Promise.all(
      presets.map(async (queue) =>
        (await readDeadLetters(stack.broker.connectionString, [queue])).map((one) => ({ ...one, queue })),
      ),
    ),
  ]);
  return {
    day,
    shares: sharesOf(demo, names, believed),
    ledgerAnswers: answers,
    queues: presets.map((name) => ({ name, ...stack.broker.counts(name) })),
    deadLetters: deadLetters.flat(),
    rows: rowsOf(demo, names),
    cast: castOf(demo),
    trouble: { down, slow: latencyMs !== 0, tooMany: rateLimit !== null },
  };
}
