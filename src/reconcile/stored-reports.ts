import { z } from 'zod';
import { DAY_MS } from '../duration.ts';
import { DamagedDocumentError, type NamedDocuments } from '../ledger/named-documents.ts';
import { parseAs } from '../parse-as.ts';
import type { HeldChange, NamedRow, Report } from './report.ts';
import { SITUATIONS } from './situation.ts';

/*
 * reconcile/reports/RUN.json   what a run found
 * reconcile/held/RUN.json      what its brake held back, until it is allowed
 * A run is named by the time of its start, so that names sort by time.
 */
const REPORTS = 'reconcile/reports/';
const HELD = 'reconcile/held/';
const SUFFIX = '.json';
const KEPT_MS = 30 * DAY_MS;

const situation = z.enum(SITUATIONS);
const whole = z.number().int().nonnegative();

const reportSchema = z.object({
  schema: z.literal(1),
  run: z.string(),
  by: z.enum(['timer', 'command']),
  startedAt: z.iso.datetime(),
  durationMs: whole,
  rows: whole,
  users: whole,
  unreadable: whole,
  counts: z.record(situation, whole),
  messages: whole,
  differing: whole,
  removals: whole,
  maxRemovals: z.number().nullable(),
  brakeHeld: whole,
  named: z.array(
    z.object({
      situation,
      user: z.string().optional(),
      record: z.string().optional(),
      problem: z.string().optional(),
    }),
  ),
});

const heldSchema = z.object({
  schema: z.literal(1),
  changes: z.array(
    z.object({ user: z.string().min(1), record: z.guid(), why: z.enum(['removals', 'emptiedUsers']) }),
  ),
});

const RUN = /^\d{8}T\d{9}Z-[0-9a-f]{4}$/;

/** `20260311T030000000Z-1a2b`: names sort by time. */
export function runId(startedAt: number): string {
  const time = new Date(startedAt).toISOString().replaceAll(/[-:.]/g, '');
  return `${time}-${crypto.randomUUID().slice(0, 4)}`;
}

export const isRunId = (text: string): boolean => RUN.test(text);

const timeOf = (run: string): number =>
  Date.parse(run.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z.*$/, '$1-$2-$3T$4:$5:$6.$7Z'));

const runOf = (name: string): string => name.slice(name.lastIndexOf('/') + 1, -SUFFIX.length);

/**
 * Reports of runs, kept for 30 days in the ledger's container. All reject when the storage cannot be reached.
 */
export class StoredReports {
  private readonly documents: NamedDocuments;

  constructor(documents: NamedDocuments) {
    this.documents = documents;
  }

  async save(report: Report, held: readonly HeldChange[]): Promise<void> {
    // What is held first: a report that names it must not stand alone.
    if (held.length > 0)
      await this.documents.write(`${HELD}${report.run}${SUFFIX}`, { schema: 1, changes: held }, undefined);
    await this.documents.write(`${REPORTS}${report.run}${SUFFIX}`, report, undefined);
  }

  /** Ids of the runs with a report, the newest first. */
  async runs(): Promise<string[]> {
    const found: string[] = [];
    for await (const name of this.documents.names(REPORTS)) found.push(runOf(name));
    return found.filter(isRunId).sort().reverse();
  }

  async read(run: string): Promise<Report | undefined> {
    const name = `${REPORTS}${run}${SUFFIX}`;
    const found = await this.documents.read(name);
    if (!found) return undefined;
    const parsed = parseAs(reportSchema, found.value);
    if (!parsed.success) throw new DamagedDocumentError(name, 'is no report of this version. Delete it.');
    const { maxRemovals, named, ...rest } = parsed.data;
    return { ...rest, maxRemovals: maxRemovals ?? Infinity, named: named as NamedRow[] };
  }

  async latest(): Promise<Report | undefined> {
    const [newest] = await this.runs();
    return newest === undefined ? undefined : this.read(newest);
  }

  /** What the run held back; `undefined`: nothing, or it was allowed already. */
  async held(run: string): Promise<readonly HeldChange[] | undefined> {
    const name = `${HELD}${run}${SUFFIX}`;
    const found = await this.documents.read(name);
    if (!found) return undefined;
    const parsed = parseAs(heldSchema, found.value);
    if (parsed.success) return parsed.data.changes;
    throw new DamagedDocumentError(
      name,
      'is not as this version writes it. The next run holds the same back.',
    );
  }

  forgetHeld(run: string): Promise<void> {
    return this.documents.remove(`${HELD}${run}${SUFFIX}`);
  }

  /** Deletes what is older than 30 days. `now`: UTC epoch ms. */
  async sweep(now: number): Promise<void> {
    for (const folder of [REPORTS, HELD])
      for await (const name of this.documents.names(folder))
        if (timeOf(runOf(name)) < now - KEPT_MS) await this.documents.remove(name);
  }
}
