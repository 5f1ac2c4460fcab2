import { dayNumber } from '../day.ts';
import type { AssignmentChange, QueuedVersion, RemoveAssignment } from '../dynamics/assignment-change.ts';
import type { PercentageRule } from '../dynamics/percentage-rule.ts';
import type { LedgerDocument, LedgerEntry } from '../ledger/document.ts';
import { counts, percentagesOn } from '../ledger/percentages.ts';
import { type Verdict, verdictOf } from '../ledger/verdict.ts';
import type { Rows } from './row-table.ts';
import type { Situation } from './situation.ts';

/** What differs, and what would mend it. */
export interface Finding {
  readonly situation: Exclude<Situation, 'equal'>;
  readonly user: string;
  /** Row id. Missing where it is about the user as a whole. */
  readonly record?: string;
  readonly change?: AssignmentChange;
  /** Does the row keep a workspace attached today, by the ledger and once the change is made? */
  readonly before: boolean;
  readonly after: boolean;
  /** Another user gets the row, or loses it to this one. */
  readonly moves: boolean;
}

/** An assigned row that a complete list does not have. It is gone only when a read by its id says so. */
export interface Missing {
  readonly user: string;
  readonly record: string;
  /** The version that the ledger had of it when it was looked at. */
  readonly seen: QueuedVersion;
  readonly before: boolean;
}

export interface UserComparison {
  readonly user: string;
  readonly findings: readonly Finding[];
  readonly missing: readonly Missing[];
  /** Rows that keep a workspace attached today, by the ledger. */
  readonly counting: number;
  /** Was COR told what is wanted today? */
  readonly told: 'wanted' | 'otherwise' | 'refused';
}

export interface CompareInput {
  readonly rows: Rows;
  readonly rule: PercentageRule;
  /** `YYYY-MM-DD` in the rule's time zone. */
  readonly day: string;
  /** UTC epoch ms. Every row was read after it. */
  readonly startedAt: number;
  /** Changes that wait as dead letters, by `waitingKey`. */
  readonly waiting: ReadonlySet<string>;
  /** Only these rows; default all. */
  readonly only?: ReadonlySet<string> | undefined;
}

/** Clocks of Service Bus and of this machine differ by less. */
const MAX_CLOCK_SKEW_MS = 5_000;

/** Equal for changes of one row at one version, for one user. */
export function waitingKey({
  user,
  record,
  version,
}: Pick<AssignmentChange, 'user' | 'record' | 'version'>): string {
  return `${record} ${version.number ?? version.modifiedOn ?? ''} ${user}`;
}

/**
 * An event from before the run cannot tell more than a row that was read in it. Where the ledger does all the
 * same, the numbers of Dataverse went back. An event from during the run can, and then the ledger is right.
 */
function isAhead(verdict: Verdict, recorded: LedgerEntry | undefined, { startedAt }: CompareInput): boolean {
  if (verdict === 'versionWentBack') return true;
  return verdict === 'old' && (recorded?.version.enqueuedAt ?? 0) < startedAt - MAX_CLOCK_SKEW_MS;
}

const isCounting = (entry: LedgerEntry | undefined, { day, rule }: CompareInput): boolean =>
  entry?.state === 'assigned' && counts(entry.allocation, dayNumber(day), rule);

/** What a change would do; `undefined` where the ledger has it already, or it makes no difference. */
function findingOf(
  change: AssignmentChange,
  document: LedgerDocument,
  situation: 'goneInDynamics' | 'movedInDynamics' | 'staleInLedger' | 'missingInLedger',
  input: CompareInput,
): Finding | undefined {
  const recorded = document.assignments[change.record];
  const after = change.kind === 'put' && counts(change.allocation, dayNumber(input.day), input.rule);
  if (recorded?.state !== 'assigned' && !after) return undefined;
  // The message will be in the queue after this run began.
  const verdict = verdictOf(document, { change, sequence: 0, enqueuedAt: input.startedAt });
  const { user } = document;
  const finding = {
    user,
    record: change.record,
    before: isCounting(recorded, input),
    after,
    moves: situation === 'movedInDynamics' && isGiven(change.record, input),
  };
  if (verdict !== 'applied')
    return isAhead(verdict, recorded, input) ? { ...finding, situation: 'aheadInLedger' } : undefined;
  if (input.waiting.has(waitingKey(change))) return { ...finding, situation: 'held' };
  return { ...finding, situation, change };
}

function isGiven(record: string, { rows }: CompareInput): boolean {
  const fact = rows.fact(record);
  return fact?.kind === 'change' && fact.change.kind === 'put';
}

const isAsked = (record: string, { only }: CompareInput): boolean => !only || only.has(record);

/** The user's own rows. */
function compareRows(document: LedgerDocument, input: CompareInput): Finding[] {
  return input.rows.of(document.user).flatMap((change) => {
    if (!isAsked(change.record, input)) return [];
    const isKnown = document.assignments[change.record]?.state === 'assigned';
    const situation = isKnown ? 'staleInLedger' : 'missingInLedger';
    return findingOf(change, document, situation, input) ?? [];
  });
}

function removal(
  { user }: LedgerDocument,
  record: string,
  { why, version }: Pick<RemoveAssignment, 'why' | 'version'>,
): RemoveAssignment {
  return { kind: 'remove', user, record, why, version, basis: { kind: 'read' } };
}

/** A row that the ledger gives to the user, where the rows of the user do not have it. */
function compareEntry(
  record: string,
  entry: LedgerEntry,
  document: LedgerDocument,
  input: CompareInput,
): Finding | Missing | undefined {
  const { user } = document;
  const fact = input.rows.fact(record);
  if (!fact) return { user, record, seen: entry.version, before: isCounting(entry, input) };
  if (fact.kind === 'unassigned') {
    const change = removal(document, record, { why: 'unassigned', version: fact.version });
    return findingOf(change, document, 'staleInLedger', input);
  }
  if (fact.kind !== 'change' || fact.change.user === user) return undefined;
  const change = removal(document, record, { why: 'moved', version: fact.change.version });
  return findingOf(change, document, 'movedInDynamics', input);
}

const isMissing = (found: Finding | Missing): found is Missing => 'seen' in found;

/**
 * Percentages that COR was told against those of today. `refused`: COR was asked today, and would not take
 * what is missing.
 */
function toldOf({ assignments, told, asOf }: LedgerDocument, { rule, day }: CompareInput) {
  const wanted = percentagesOn(assignments, rule, day);
  if (!told) return wanted.size === 0 ? 'wanted' : 'otherwise';
  const ids = new Set([...Object.keys(told), ...wanted.keys()]);
  const differing = [...ids].filter((id) => told[id] !== wanted.get(id)?.percentage);
  if (differing.length === 0) return 'wanted';
  return asOf === day && differing.every((id) => told[id] === undefined) ? 'refused' : 'otherwise';
}

/**
 * One user's document against all rows. Pure. Sends nothing that `merge` would not apply: both ask
 * `verdictOf`.
 */
export function compareUser(document: LedgerDocument, input: CompareInput): UserComparison {
  const findings = compareRows(document, input);
  const missing: Missing[] = [];
  let counting = 0;
  for (const [record, entry] of Object.entries(document.assignments)) {
    if (entry.state !== 'assigned') continue;
    if (isCounting(entry, input)) counting += 1;
    if (!isAsked(record, input)) continue;
    const found = compareEntry(record, entry, document, input);
    if (!found) continue;
    if (isMissing(found)) missing.push(found);
    else findings.push(found);
  }
  return { user: document.user, findings, missing, counting, told: toldOf(document, input) };
}

/**
 * A row that is gone: the removal rests on the version of the entry that was looked at before the row was
 * asked for.
 */
export function goneFinding({ user, record, seen, before }: Missing, waiting: ReadonlySet<string>): Finding {
  const basis = { kind: 'gone', seen } as const;
  const change: AssignmentChange = { kind: 'remove', user, record, why: 'deleted', version: {}, basis };
  const finding = { user, record, before, after: false, moves: false };
  if (waiting.has(waitingKey(change))) return { ...finding, situation: 'held' };
  return { ...finding, situation: 'goneInDynamics', change };
}
