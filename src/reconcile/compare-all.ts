import { DataverseError } from '../dataverse/dataverse-error.ts';
import { emptyDocument, type LedgerDocument } from '../ledger/document.ts';
import { forgetVersions } from '../ledger/forget-versions.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { LedgerUnreadableError } from '../ledger/parse-document.ts';
import { type Braked, brake, type Held, maxRemovals, unbraked } from './brake.ts';
import {
  type CompareInput,
  compareUser,
  type Finding,
  goneFinding,
  type Missing,
  type UserComparison,
} from './compare-user.ts';
import { inParallel } from './in-parallel.ts';
import { readFact, type TableQuery } from './read-table.ts';
import type { RowFact } from './row-fact.ts';
import type { RowTable } from './row-table.ts';
import { RunError, throwIfStopped } from './run-error.ts';

export interface ComparisonInput extends Omit<CompareInput, 'rows'> {
  readonly rows: RowTable;
  readonly ledger: Pick<Ledger, 'load' | 'users'>;
  readonly query: TableQuery;
  /** As if the versions of before `startedAt` were forgotten: the numbers of the environment went back. */
  readonly dynamicsWins: boolean;
  /** Only these users; default all. */
  readonly users?: ReadonlySet<string>;
  /** Somebody has looked at what would be taken away: nothing is held back. */
  readonly unbraked?: boolean;
  /** Is an empty list to be believed? */
  readonly isPart?: boolean;
  readonly onUsers?: ((compared: number, total: number) => void) | undefined;
}

/** A user who was compared. */
interface ComparedUser extends Pick<UserComparison, 'user' | 'counting' | 'told'> {
  readonly hasDocument: boolean;
}

/** Everything that differs, before anything is sent. */
export interface Comparison extends Braked {
  readonly rows: RowTable;
  readonly users: readonly ComparedUser[];
  /** Users with a document that cannot be read. They are left alone. */
  readonly unreadable: number;
}

const LOADS_AT_ONCE = 16;
const READS_AT_ONCE = 4;

/** What was found of all users so far. */
interface Found {
  readonly users: ComparedUser[];
  readonly findings: Finding[];
  readonly missing: Missing[];
  unreadable: number;
}

async function documentOf(
  user: string,
  known: ReadonlySet<string>,
  input: ComparisonInput,
): Promise<LedgerDocument> {
  // Who has no document is not asked for one: a first load has thousands of them.
  const document = known.has(user) ? (await input.ledger.load(user)).document : emptyDocument(user);
  return input.dynamicsWins ? forgetVersions(document, input.startedAt) : document;
}

async function compareUsers(input: ComparisonInput): Promise<Found> {
  const known = new Set<string>();
  for await (const user of input.ledger.users()) known.add(user);
  const all = input.users ?? new Set([...known, ...input.rows.users()]);
  const found: Found = { users: [], findings: [], missing: [], unreadable: 0 };
  await inParallel(all, LOADS_AT_ONCE, async (user) => {
    throwIfStopped(input.query.signal);
    try {
      const one = compareUser(await documentOf(user, known, input), input);
      found.users.push({ user, counting: one.counting, told: one.told, hasDocument: known.has(user) });
      found.findings.push(...one.findings);
      found.missing.push(...one.missing);
    } catch (error) {
      if (!(error instanceof LedgerUnreadableError)) throw error;
      found.unreadable += 1;
    }
    input.onUsers?.(found.users.length + found.unreadable, all.size);
  });
  return found;
}

/**
 * The row as a read by its id shows it. A row that is there and may not be read proves that the list was not
 * complete.
 */
async function lookFor(record: string, query: TableQuery): Promise<RowFact | undefined> {
  try {
    return await readFact(record, query);
  } catch (error) {
    if (!(error instanceof DataverseError) || error.failure.class !== 'auth') throw error;
    throw new RunError('partial', `Not all rows were listed, because some may not be read: ${error.message}`);
  }
}

/**
 * A row that the list did not have and that is there: it was made, or came into sight, after its page was
 * read.
 */
async function compareAgain(
  user: string,
  records: readonly string[],
  input: ComparisonInput,
): Promise<Finding[]> {
  const { document } = await input.ledger.load(user);
  const asKnown = input.dynamicsWins ? forgetVersions(document, input.startedAt) : document;
  const only = new Set(records);
  return compareUser(asKnown, input).findings.filter(
    ({ record }) => record !== undefined && only.has(record),
  );
}

/** Takes over what reads by id have shown, and compares the users whom it concerns once more. */
async function takeOver(
  facts: ReadonlyMap<string, { readonly fact: RowFact; readonly had: string }>,
  input: ComparisonInput,
): Promise<Finding[]> {
  const again = new Map<string, string[]>();
  for (const [record, { fact, had }] of facts) {
    input.rows.set(record, fact);
    const users = new Set([had, ...(fact.kind === 'change' ? [fact.change.user] : [])]);
    for (const user of users) again.set(user, [...(again.get(user) ?? []), record]);
  }
  const findings: Finding[] = [];
  for (const [user, records] of again) findings.push(...(await compareAgain(user, records, input)));
  return findings;
}

/**
 * Looks for the rows that the list does not have, by their ids. When they are more than may be taken away
 * without being asked, only so many are looked for, and the others are held back unread: whoever allows them
 * has each of them read.
 */
async function lookForMissing(found: Found, input: ComparisonInput): Promise<Held[]> {
  const counting = found.users.reduce((sum, one) => sum + one.counting, 0);
  const limit = input.unbraked ? Infinity : maxRemovals(counting);
  const important = found.missing.filter(({ before }) => before).length;
  const sample = important > limit ? found.missing.slice(0, limit) : found.missing;
  const facts = new Map<string, { fact: RowFact; had: string }>();
  await inParallel(sample, READS_AT_ONCE, async (one) => {
    throwIfStopped(input.query.signal);
    const fact = await lookFor(one.record, input.query);
    if (fact) facts.set(one.record, { fact, had: one.user });
    else found.findings.push(goneFinding(one, input.waiting));
  });
  found.findings.push(...(await takeOver(facts, input)));
  return found.missing
    .slice(sample.length)
    .map((one) => ({ finding: goneFinding(one, input.waiting), why: 'removals' }));
}

function requireRows(found: Found, { rows, isPart }: ComparisonInput): void {
  if (rows.size > 0 || isPart || found.missing.length === 0) return;
  throw new RunError(
    'partial',
    'Dataverse shows no row at all, and the ledger has some: the application user may have lost its rights.',
  );
}

/** Users for whom nothing is to be changed, and whom COR was told otherwise: a finding of their own. */
function notTold(users: readonly ComparedUser[], findings: readonly Finding[]): Finding[] {
  const busy = new Set(findings.filter(({ change }) => change !== undefined).map(({ user }) => user));
  return users.flatMap(({ user, told }) => {
    if (told === 'wanted' || busy.has(user)) return [];
    const situation = told === 'refused' ? 'held' : 'notTold';
    return [{ situation, user, before: false, after: false, moves: false }];
  });
}

/** All rows against all documents. Reads only. Throws when something could not be read. */
export async function compareAll(input: ComparisonInput): Promise<Comparison> {
  const found = await compareUsers(input);
  requireRows(found, input);
  const unread = await lookForMissing(found, input);
  const all = [...found.findings, ...unread.map(({ finding }) => finding)];
  const braked = input.unbraked ? unbraked(all) : brake(found.users, all);
  const held = new Set(unread.map(({ finding }) => finding));
  const go = braked.go.filter((one) => !held.has(one));
  return {
    ...braked,
    go: [...go, ...notTold(found.users, go)],
    held: [...braked.held.filter(({ finding }) => !held.has(finding)), ...unread],
    rows: input.rows,
    users: found.users,
    unreadable: found.unreadable,
  };
}
