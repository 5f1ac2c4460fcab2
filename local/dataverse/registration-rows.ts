import { brokenRule } from './refusal.ts';
import { checkRequired } from './required.ts';
import { checkDeletion, checkRow } from './rules.ts';
import { findRow, type Store, type StoredRow, tableOf } from './store.ts';
import type { Switches } from './switches.ts';
import type { EntitySet } from './table.ts';

function save(store: Store, entitySet: EntitySet, id: string, row: StoredRow): StoredRow {
  checkRequired(tableOf(store, entitySet), row);
  checkRow(store, entitySet, id, row);
  const stored = entitySet === 'serviceendpoints' ? { ...row, issaskeyset: Boolean(row.saskey) } : row;
  store.rows[entitySet].set(id, stored);
  return stored;
}

const stateOf = ({ newSteps }: Switches) =>
  newSteps === 'enabled' ? { statecode: 0, statuscode: 1 } : { statecode: 1, statuscode: 2 };

/** Adds a service endpoint, step or image. Throws `Refusal` where Dataverse would not take it. */
export function createComponent(
  store: Store,
  entitySet: EntitySet,
  given: StoredRow,
  id: string = store.newId(),
): StoredRow {
  const defaults =
    entitySet === 'sdkmessageprocessingsteps' ? { asyncautodelete: false, ...stateOf(store.switches) } : {};
  return save(store, entitySet, id, { ...defaults, ...given, [tableOf(store, entitySet).id]: id });
}

export function updateComponent(store: Store, entitySet: EntitySet, id: string, given: StoredRow): void {
  const row = findRow(store, entitySet, id);
  if (
    entitySet === 'sdkmessageprocessingstepimages' &&
    store.switches.imageUpdates === 'withStep' &&
    !('_sdkmessageprocessingstepid_value' in given)
  )
    throw brokenRule('The step of the image is missing.');
  save(store, entitySet, id.toLowerCase(), { ...row, ...given });
}

export function deleteComponent(store: Store, entitySet: EntitySet, id: string): void {
  findRow(store, entitySet, id);
  checkDeletion(store, entitySet, id.toLowerCase());
  store.rows[entitySet].delete(id.toLowerCase());
}
