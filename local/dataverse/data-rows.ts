import { USER } from '../events/cast.ts';
import { notThere, Refusal } from './refusal.ts';
import { checkRequired } from './required.ts';
import type { RowEvent, RowMessage } from './row-event.ts';
import { findRow, forgetOrders, type Store, type StoredRow, tableOf } from './store.ts';
import type { Switches } from './switches.ts';
import type { EntitySet, Table } from './table.ts';

export interface WriteOptions {
  /** False for a write that bypasses the steps, as a bulk load may: the event is lost. */
  readonly withEvent?: boolean;
}

const ACTIVE = { statecode: 0, statuscode: 1 };
const RESTORE_FIRES: Readonly<Record<Switches['restoreFires'], readonly RowMessage[]>> = {
  Restore: ['Restore'],
  Create: ['Create'],
  both: ['Restore', 'Create'],
  nothing: [],
};
const STATE_COLUMNS = ['statecode', 'statuscode'];

/** `2026-11-23T08:00:00Z`: Dataverse keeps whole seconds. */
const stamp = (at: Date) => `${at.toISOString().slice(0, 19)}Z`;
const binKey = (entitySet: EntitySet, id: string) => `${entitySet} ${id}`;

/** A state that comes alone brings its usual status; one that does not fit is refused. */
function withStatus(table: Table, given: StoredRow): StoredRow {
  if (!('statecode' in table.columns)) return given;
  const { statecode, statuscode } = given;
  if (statecode === undefined && statuscode === undefined) return given;
  const state = statecode ?? (statuscode === 1 ? 0 : 1);
  const status = statuscode ?? (state === 0 ? 1 : 2);
  if ((state === 0) !== (status === 1))
    throw new Refusal(
      400,
      '0x80048408',
      `${status} is not a valid status code for state code ${state} on ${table.logicalName}.`,
    );
  return { ...given, statecode: state, statuscode: status };
}

/** Puts the row into its place with a new version, which nothing else does. */
function place(store: Store, entitySet: EntitySet, id: string, row: StoredRow, at: Date): StoredRow {
  const table = tableOf(store, entitySet);
  store.lastVersion += 1;
  const stored = {
    ...row,
    modifiedon: stamp(at),
    versionnumber: store.lastVersion,
    ...('modifiedby' in table.lookups && { _modifiedby_value: USER.id }),
  };
  checkRequired(table, stored);
  forgetOrders(store, entitySet, !store.rows[entitySet].has(id));
  store.rows[entitySet].set(id, stored);
  return stored;
}

/**
 * Adds a row as if it had always been there: without events and checks, its version as given or the next one.
 */
export function insertRow(store: Store, entitySet: EntitySet, id: string, columns: StoredRow): void {
  const table = tableOf(store, entitySet);
  store.lastVersion += 1;
  const at = stamp(new Date(store.now()));
  const row = {
    [table.id]: id,
    ...('statecode' in table.columns && ACTIVE),
    ...('ownerid' in table.lookups && {
      _ownerid_value: USER.id,
      _createdby_value: USER.id,
      _modifiedby_value: USER.id,
    }),
    ...(entitySet === 'systemusers' && { ownerid: id }),
    createdon: at,
    modifiedon: at,
    versionnumber: store.lastVersion,
    ...columns,
  };
  store.lastVersion = Math.max(store.lastVersion, Number(row.versionnumber));
  forgetOrders(store, entitySet, true);
  store.rows[entitySet].set(id, row);
}

function announce(
  store: Store,
  messages: readonly RowMessage[],
  event: Omit<RowEvent, 'message' | 'version'>,
  { withEvent = true }: WriteOptions,
): void {
  if (!withEvent) return;
  for (const message of messages) store.onEvent({ ...event, message, version: store.lastVersion });
}

/** Adds a row. `given` are columns as they are stored. Throws `Refusal`. */
export function createRow(
  store: Store,
  entitySet: EntitySet,
  given: StoredRow,
  options: WriteOptions & { readonly id?: string } = {},
): StoredRow {
  const table = tableOf(store, entitySet);
  const id = (options.id ?? store.newId()).toLowerCase();
  if (store.rows[entitySet].has(id))
    throw new Refusal(412, '0x80040237', 'A record with matching key values already exists.');
  const at = new Date(store.now());
  const target = { ...('statecode' in table.columns && ACTIVE), ...withStatus(table, given) };
  const after = place(
    store,
    entitySet,
    id,
    {
      [table.id]: id,
      ...('ownerid' in table.lookups && { _ownerid_value: USER.id, _createdby_value: USER.id }),
      ...(entitySet === 'systemusers' && { ownerid: id, isdisabled: false, accessmode: 0 }),
      createdon: stamp(at),
      ...target,
    },
    at,
  );
  announce(store, ['Create'], { entitySet, id, target, after, at }, options);
  return after;
}

/** The changes that one request makes: see the switch `mixedUpdate`. */
function partsOf(store: Store, given: StoredRow): StoredRow[] {
  const isState = (name: string) => STATE_COLUMNS.includes(name);
  const state = Object.entries(given).filter(([name]) => isState(name));
  const others = Object.entries(given).filter(([name]) => !isState(name));
  if (state.length === 0 || others.length === 0 || store.switches.mixedUpdate === 'once') return [given];
  return [Object.fromEntries(others), Object.fromEntries(state)];
}

function messagesOf(store: Store, target: StoredRow): RowMessage[] {
  const { stateChange } = store.switches;
  if (!('statecode' in target) || stateChange === 'Update') return ['Update'];
  return stateChange === 'both' ? ['Update', 'SetState'] : ['SetState'];
}

/** Changes a row. Every part that fires steps for itself is a change with a version of its own. */
export function updateRow(
  store: Store,
  entitySet: EntitySet,
  anyId: string,
  given: StoredRow,
  options: WriteOptions = {},
): StoredRow {
  const id = anyId.toLowerCase();
  const whole = withStatus(tableOf(store, entitySet), given);
  let after = findRow(store, entitySet, id);
  for (const target of partsOf(store, whole)) {
    const before = after;
    const at = new Date(store.now());
    after = place(store, entitySet, id, { ...before, ...target }, at);
    announce(store, messagesOf(store, target), { entitySet, id, target, before, after, at }, options);
  }
  return after;
}

function referringRows(store: Store, entitySet: EntitySet, id: string): number {
  let count = 0;
  for (const [set, table] of store.tables) {
    const columns = Object.values(table.lookups)
      .filter((lookup) => lookup.entitySet === entitySet)
      .map(({ column }) => column);
    if (columns.length === 0) continue;
    for (const row of store.rows[set].values()) if (columns.some((column) => row[column] === id)) count += 1;
  }
  return count;
}

/** Deletes a row; it can be restored. There are no cascades here: a row that others refer to stays. */
export function deleteRow(
  store: Store,
  entitySet: EntitySet,
  anyId: string,
  options: WriteOptions = {},
): void {
  const id = anyId.toLowerCase();
  const before = findRow(store, entitySet, id);
  const users = referringRows(store, entitySet, id);
  if (users > 0)
    throw new Refusal(
      400,
      '0x80040227',
      `The local Dataverse has no cascades: delete the ${users} rows that refer to ${id} first.`,
    );
  const at = new Date(store.now());
  store.lastVersion += 1;
  store.rows[entitySet].delete(id);
  store.bin.set(binKey(entitySet, id), before);
  forgetOrders(store, entitySet, true);
  announce(store, ['Delete'], { entitySet, id, target: {}, before, at }, options);
}

/** Brings a deleted row back under its id; `given` overrides columns of it. */
export function restoreRow(
  store: Store,
  entitySet: EntitySet,
  anyId: string,
  given: StoredRow = {},
  options: WriteOptions = {},
): StoredRow {
  const id = anyId.toLowerCase();
  const deleted = store.bin.get(binKey(entitySet, id));
  if (!deleted) throw notThere(tableOf(store, entitySet).logicalName, id);
  store.bin.delete(binKey(entitySet, id));
  const at = new Date(store.now());
  const { restoredVersion, restoreFires } = store.switches;
  const fresh = place(store, entitySet, id, { ...deleted, ...given }, at);
  const { versionnumber, modifiedon } = deleted;
  const after = restoredVersion === 'new' ? fresh : { ...fresh, versionnumber, modifiedon };
  store.rows[entitySet].set(id, after);
  announce(store, RESTORE_FIRES[restoreFires], { entitySet, id, target: given, after, at }, options);
  return after;
}
