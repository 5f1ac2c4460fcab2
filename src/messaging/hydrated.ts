import { deadLetter } from '../dead-letter-reason.ts';
import type { AssignmentChange, RemoveAssignment, RowVersion } from '../dynamics/assignment-change.ts';
import type { Entity } from '../dynamics/entity.ts';
import type { Mapping } from '../dynamics/mapping.ts';
import { idKey, type NamedId } from '../dynamics/named-id.ts';
import { readVersion } from '../dynamics/read-row.ts';
import { type RowState, translateRow } from '../dynamics/translate-row.ts';
import { type Incomplete, type Settled, skip } from '../dynamics/translation.ts';

/**
 * What an event means once its row was read. `gone`: there is none, so those whom the event names lose it, as
 * far as what is recorded of it is not newer than the read. `ownerUnknown`: nobody knows whose it was.
 */
export type Hydrated =
  | { readonly kind: 'settled' | 'gone'; readonly settled: Settled }
  | { readonly kind: 'ownerUnknown' };

const BASIS = { kind: 'read' } as const;

function removal(
  { record }: Incomplete,
  user: NamedId,
  why: RemoveAssignment['why'],
  version: RowVersion,
): RemoveAssignment<NamedId> {
  return { kind: 'remove', user, record, why, version, basis: BASIS };
}

/**
 * A delete that rests on a 404 has no version: nobody knows which one the row had last. What it rests on is
 * added by `goneRow`.
 */
function gone({ users, record }: Incomplete): Hydrated {
  if (users.length === 0) return { kind: 'ownerUnknown' };
  const changes = users.map(
    (user): AssignmentChange<NamedId> => ({ kind: 'remove', user, record, why: 'deleted', version: {} }),
  );
  return { kind: 'gone', settled: { outcome: 'apply', changes } };
}

/** Whom the row belongs to now, if to anybody. */
function ownerOf(state: RowState): NamedId | undefined {
  if (state.kind === 'change') return state.change.user;
  return state.kind === 'unmappable' ? state.user : undefined;
}

function settle(
  state: RowState,
  changes: readonly AssignmentChange<NamedId>[],
  { table, record }: Incomplete,
): Settled {
  if (state.kind === 'unmappable') {
    const rest = deadLetter(
      'MappingFailed',
      `${table} ${record}, as it was read from Dataverse: ${state.problems.join('; ')}. Mend the row in Dynamics (the change is then posted anew), or the mapping.`,
    );
    return changes.length > 0 ? { outcome: 'apply', changes, rest } : rest;
  }
  return changes.length > 0 ? { outcome: 'apply', changes } : skip('unassigned');
}

/**
 * The changes that a row makes which was read for an incomplete event. A row read at one version belongs to
 * one user: that one gets what the row says, everybody else whom the event names loses it at that version.
 * Pure.
 */
export function hydrated(row: Entity | undefined, event: Incomplete, mapping: Mapping): Hydrated {
  if (!row) return gone(event);
  const { record, users } = event;
  const state = translateRow({ entity: row, record }, mapping);
  const version = readVersion(row, undefined, mapping);
  const owner = ownerOf(state);
  const why = state.kind === 'unassigned' ? 'unassigned' : 'moved';
  const others =
    // Nothing is known of the row's user: it may be any of those whom the event names.
    state.kind === 'unmappable' && owner === undefined
      ? []
      : users.filter((user) => owner === undefined || idKey(user) !== idKey(owner));
  const changes: AssignmentChange<NamedId>[] = others.map((user) => removal(event, user, why, version));
  if (state.kind === 'change') changes.push({ ...state.change, basis: BASIS });
  return { kind: 'settled', settled: settle(state, changes, event) };
}
