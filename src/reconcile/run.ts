import type { DataverseReader } from '../dataverse/reader.ts';
import { readGuid } from '../dynamics/guid.ts';
import type { Mapping } from '../dynamics/mapping.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { NamedDocuments } from '../ledger/named-documents.ts';
import { pinOrganization, readPinnedOrganization } from '../ledger/organization.ts';
import type { RetryQueue } from '../messaging/retry-queue.ts';
import { encodeUserMessage } from '../messaging/user-message.ts';
import { type Comparison, compareAll } from './compare-all.ts';
import { inParallel } from './in-parallel.ts';
import { Lease } from './lease.ts';
import { requireOwnLedger } from './ledger-tables.ts';
import { readFact, readTable } from './read-table.ts';
import { heldChanges, type Report, reportOf } from './report.ts';
import { RowTable } from './row-table.ts';
import { RunError, throwIfStopped } from './run-error.ts';
import { runId, StoredReports } from './stored-reports.ts';
import { userMessages } from './user-messages.ts';

/** Hears how far a run is. */
export interface RunProgress {
  onRows?(read: number): void;
  onUsers?(compared: number, total: number): void;
  onMessages?(sent: number): void;
}

/** What runs work with. */
export interface RunWorld {
  readonly reader: Pick<DataverseReader, 'whoAmI' | 'metadata' | 'row' | 'rows'>;
  readonly ledger: Pick<Ledger, 'load' | 'users'>;
  readonly documents: NamedDocuments;
  readonly queue: Pick<RetryQueue, 'schedule'>;
  /** Changes that wait as dead letters, by `waitingKey`. */
  readonly waiting: () => Promise<ReadonlySet<string>>;
  readonly mapping: Mapping;
  /** Of the settings, where they name one. */
  readonly organization: string | undefined;
  /** UTC epoch ms. */
  readonly now: () => number;
  /** `YYYY-MM-DD`, for which percentages are computed. */
  readonly today: () => string;
  readonly signal?: AbortSignal | undefined;
  readonly progress?: RunProgress;
}

/** What a run is about. */
type Scope =
  | { readonly kind: 'all' }
  /** Its rows, and what the ledger has of it. */
  | { readonly kind: 'user'; readonly user: string }
  /** These rows, whoever has them. Nothing is held back: somebody named them. */
  | { readonly kind: 'rows'; readonly records: readonly string[] };

export interface RunOptions {
  readonly by: Report['by'];
  readonly scope?: Scope;
  readonly verify?: boolean;
  readonly dynamicsWins?: boolean;
}

/** What a run found, before anything is sent. */
export interface Planned {
  readonly run: string;
  /** UTC epoch ms. */
  readonly startedAt: number;
  readonly organization: string;
  readonly comparison: Comparison;
  readonly options: RunOptions;
}

const SENDS_AT_ONCE = 16;
const RENEW_EVERY_MS = 30_000;
/** A run that asserts every user must not take COR away from the events: two calls for each, as a rule. */
const VERIFIED_A_SECOND = 5;

/**
 * The environment that is read has to be the one that the ledger belongs to: a copied sandbox would rewrite
 * production.
 */
async function organizationOf({ reader, documents, organization }: RunWorld): Promise<string> {
  const { organizationId } = await reader.whoAmI();
  const ours = organization ?? (await readPinnedOrganization(documents))?.id;
  if (ours === undefined || ours === organizationId) return organizationId;
  throw new RunError(
    'otherOrganization',
    `DATAVERSE_URL leads to organization ${organizationId}, and the ledger belongs to ${ours}. Check DATAVERSE_URL; where it is the new production, say "./connector ledger organization set ID".`,
  );
}

/**
 * OData that lets through the rows of a user, where ids of the user stand in one column of the row itself.
 */
function ownRows(user: string, { user: source }: Mapping): string | undefined {
  if (source.from !== 'column' || source.take !== 'id' || source.crossReference) return undefined;
  const [column, ...others] = source.columns;
  const id = readGuid(user);
  return others.length > 0 || id === undefined ? undefined : `_${column}_value eq ${id}`;
}

/** The rows that a run is about, as they are now. */
async function rowsOf(scope: Scope, world: RunWorld): Promise<RowTable> {
  const { reader, mapping, signal, progress } = world;
  const query = { reader, mapping, signal, onRows: (read: number) => progress?.onRows?.(read) };
  if (scope.kind === 'all') return readTable(query);
  if (scope.kind === 'user') return readTable(query, ownRows(scope.user, mapping));
  const table = new RowTable();
  for (const record of scope.records) {
    throwIfStopped(signal);
    const fact = await readFact(record, query);
    if (fact) table.set(record, fact);
    progress?.onRows?.(table.size);
  }
  return table;
}

/**
 * Reads and compares. Changes nothing. Throws `RunError`, `DataverseError`, or what the storage and the
 * queue throw.
 */
export async function planRun(world: RunWorld, options: RunOptions): Promise<Planned> {
  const { mapping, signal, ledger } = world;
  const { scope = { kind: 'all' }, dynamicsWins = false } = options;
  const startedAt = world.now();
  const organization = await organizationOf(world);
  await requireOwnLedger(world.documents, mapping.table);
  const rows = await rowsOf(scope, world);
  const comparison = await compareAll({
    rows,
    ledger,
    query: { reader: world.reader, mapping, signal },
    rule: mapping.percentage,
    day: world.today(),
    startedAt,
    waiting: await world.waiting(),
    dynamicsWins,
    ...(scope.kind === 'user' && { users: new Set([scope.user]), unbraked: true, isPart: true }),
    ...(scope.kind === 'rows' && { only: new Set(scope.records), unbraked: true, isPart: true }),
    onUsers: (compared, total) => world.progress?.onUsers?.(compared, total),
  });
  return { run: runId(startedAt), startedAt, organization, comparison, options };
}

const isWhole = ({ scope }: RunOptions): boolean => scope === undefined || scope.kind === 'all';

/** Sends what was found and stores the report. Interrupted, it leaves some users for the next run. */
export async function applyRun(planned: Planned, world: RunWorld): Promise<Report> {
  const { run, startedAt, organization, comparison, options } = planned;
  const { verify = false, dynamicsWins = false, by } = options;
  const pin = { id: organization, pinnedAt: new Date(world.now()).toISOString(), by: 'dataverse' } as const;
  if (world.organization === undefined) await pinOrganization(world.documents, pin);
  const of = { run, startedAt, organization, verify, dynamicsWins };
  let sent = 0;
  let asked = 0;
  await inParallel(userMessages(comparison, of), SENDS_AT_ONCE, async (message) => {
    throwIfStopped(world.signal);
    const delayMs = verify ? Math.floor((asked++ * 1_000) / VERIFIED_A_SECOND) : 0;
    await world.queue.schedule(encodeUserMessage(message), world.now() + delayMs);
    sent += 1;
    world.progress?.onMessages?.(sent);
  });
  const report = reportOf(comparison, { run, by, startedAt, endedAt: world.now(), messages: sent });
  // A run over a part was looked at by whoever asked for it, and is no news of the whole.
  if (isWhole(options)) await new StoredReports(world.documents).save(report, heldChanges(comparison));
  return report;
}

/** Does `work` while no other run may begin. Throws `RunError` where one is under way. */
export async function underLease<Result>(
  { documents, now }: Pick<RunWorld, 'documents' | 'now'>,
  work: () => Promise<Result>,
): Promise<Result> {
  const lease = await Lease.take(documents, runId(now()), now);
  const renewing = setInterval(() => {
    lease.renew().catch(() => undefined);
  }, RENEW_EVERY_MS);
  try {
    return await work();
  } finally {
    clearInterval(renewing);
    // The lease runs out by itself.
    await lease.release().catch(() => undefined);
  }
}

/** A whole run: reads, compares, sends, reports. */
export function reconcile(world: RunWorld, options: RunOptions): Promise<Report> {
  return underLease(world, async () => {
    const report = await applyRun(await planRun(world, options), world);
    await new StoredReports(world.documents).sweep(world.now());
    return report;
  });
}
