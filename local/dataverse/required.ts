import { Refusal } from './refusal.ts';
import type { StoredRow } from './store.ts';
import type { Table } from './table.ts';

/** Throws `Refusal` when a required column is empty. */
export function checkRequired({ required, logicalName }: Table, row: StoredRow): void {
  const missing = required.find((name) => row[name] === undefined || row[name] === null || row[name] === '');
  if (missing !== undefined)
    throw new Refusal(400, '0x80044330', `The '${missing}' attribute of '${logicalName}' is required.`);
}
