import { type DeadLetter, deadLetter } from '../dead-letter-reason.ts';
import type { AssignmentChange, PutAssignment, RemoveAssignment } from '../dynamics/assignment-change.ts';
import type { NamedId, UnresolvedId } from '../dynamics/named-id.ts';
import { type Settled, type Skip, skip } from '../dynamics/translation.ts';
import type { Failure } from '../failure.ts';
import type { LookUps } from './look-ups.ts';

type Identities = Pick<LookUps, 'identify'>;

/** Why a part of a message cannot be applied now: nothing was found yet, or Dataverse could not be read. */
export type Open =
  | { readonly outcome: 'unidentified'; readonly letter: DeadLetter }
  | { readonly outcome: 'unavailable'; readonly failure: Failure };

/** Changes whose ids are all known. `rest` is what becomes of the message when they are applied. */
export interface Identified {
  readonly outcome: 'apply';
  readonly changes: readonly AssignmentChange[];
  readonly rest?: DeadLetter | Open | undefined;
}

/** What became of one change. */
type Part =
  | { readonly kind: 'change'; readonly change: AssignmentChange }
  | { readonly kind: 'ending'; readonly ending: DeadLetter | Open | Skip };

/** Who somebody is in COR, or why a change of them ends otherwise. */
type Known =
  | { readonly kind: 'found'; readonly id: string }
  | { readonly kind: 'notAPerson' }
  | { readonly kind: 'ending'; readonly ending: DeadLetter | Open };

interface Subject {
  readonly what: 'user' | 'workspace';
  readonly table: string;
  readonly record: string;
}

/** `bookableresource ID > UserId: employeeid, internalemailaddress` */
const pathText = ({ table, id, path }: UnresolvedId): string =>
  `${[`${table} ${id}`, ...path.lookup].join(' > ')}: ${path.take.join(', ')}`;

function nobody({ what, table, record }: Subject, id: UnresolvedId, why: string): DeadLetter {
  const rowAndPath = `The ${what} of ${table} ${record} was looked for at ${pathText(id)}, and ${why}.`;
  return what === 'user'
    ? deadLetter(
        'UserUnidentified',
        `${rowAndPath} Fill in in Dynamics what is empty, or add the row to the mapping's cross-reference; then replay.`,
      )
    : deadLetter('MappingFailed', `${rowAndPath} Fill in in Dynamics what is empty, then replay.`);
}

async function known(id: NamedId, subject: Subject, identities: Identities): Promise<Known> {
  if (typeof id === 'string') return { kind: 'found', id };
  const identity = await identities.identify(id);
  switch (identity.kind) {
    case 'found':
    case 'notAPerson':
      return identity;
    case 'failed':
      return { kind: 'ending', ending: { outcome: 'unavailable', failure: identity.failure } };
    case 'nobody': {
      const letter = nobody(subject, id, identity.why);
      return { kind: 'ending', ending: { outcome: 'unidentified', letter } };
    }
    case 'unusable': {
      const row = `${subject.table} ${subject.record}`;
      const description = `The ${subject.what} of ${row}: ${identity.why}. Mend it in Dynamics, then replay.`;
      return { kind: 'ending', ending: deadLetter('MappingFailed', description) };
    }
  }
}

async function put(
  change: PutAssignment<NamedId>,
  user: string,
  table: string,
  identities: Identities,
): Promise<Part> {
  const subject: Subject = { what: 'workspace', table, record: change.record };
  const workspace = await known(change.workspace, subject, identities);
  if (workspace.kind === 'ending') return workspace;
  if (workspace.kind === 'notAPerson') return { kind: 'ending', ending: skip('notAPerson') };
  const source = typeof change.user === 'string' ? undefined : change.user.id;
  const resolved = { ...change, user, workspace: workspace.id, ...(source !== undefined && { source }) };
  return { kind: 'change', change: resolved };
}

/** Of a removal the workspace is only worth a note, so where it is not known the removal goes without it. */
async function remove(
  { workspace: named, ...change }: RemoveAssignment<NamedId>,
  user: string,
  table: string,
  identities: Identities,
): Promise<Part> {
  if (named === undefined) return { kind: 'change', change: { ...change, user } };
  const workspace = await known(named, { what: 'workspace', table, record: change.record }, identities);
  if (workspace.kind === 'ending' && workspace.ending.outcome === 'unavailable') return workspace;
  const found = workspace.kind === 'found' ? { workspace: workspace.id } : {};
  return { kind: 'change', change: { ...change, user, ...found } };
}

async function identifyOne(
  change: AssignmentChange<NamedId>,
  table: string,
  identities: Identities,
): Promise<Part> {
  const user = await known(change.user, { what: 'user', table, record: change.record }, identities);
  if (user.kind === 'ending') return user;
  if (user.kind === 'notAPerson') return { kind: 'ending', ending: skip('notAPerson') };
  return change.kind === 'put'
    ? put(change, user.id, table, identities)
    : remove(change, user.id, table, identities);
}

/** Two resources may be one person: a row that moves between them is no removal. */
function withoutOwnRemovals(changes: readonly AssignmentChange[]): AssignmentChange[] {
  const puts = changes.filter(({ kind }) => kind === 'put');
  return changes.filter(
    ({ kind, user, record }) =>
      kind === 'put' || !puts.some((put) => put.user === user && put.record === record),
  );
}

/** What passes wins over what does not: nothing is given up while a part of the message can still succeed. */
export function foremost(endings: readonly (DeadLetter | Open | Skip)[]): DeadLetter | Open | undefined {
  for (const outcome of ['unavailable', 'unidentified', 'deadLetter'] as const) {
    const found = endings.find((ending) => ending.outcome === outcome);
    if (found && found.outcome !== 'skip') return found;
  }
  return undefined;
}

/**
 * Looks up the ids that stand in related rows. Every part stands alone: what can be told is applied, `rest`
 * says what became of the others. `table` is that of the rows, for texts.
 */
export async function identify(
  settled: Settled,
  table: string,
  identities: Identities,
): Promise<Identified | Skip | DeadLetter> {
  if (settled.outcome !== 'apply') return settled;
  const parts = await Promise.all(settled.changes.map((change) => identifyOne(change, table, identities)));
  const changes = parts.flatMap((part) => (part.kind === 'change' ? [part.change] : []));
  const endings = parts.flatMap((part) => (part.kind === 'ending' ? [part.ending] : []));
  const rest = foremost([...endings, ...(settled.rest ? [settled.rest] : [])]);
  if (changes.length === 0 && !rest) return skip('notAPerson');
  return { outcome: 'apply', changes: withoutOwnRemovals(changes), rest };
}
