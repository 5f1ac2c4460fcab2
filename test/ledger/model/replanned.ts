import type { AssignmentChange, RowVersion } from '../../../src/dynamics/assignment-change.ts';
import { emptyDocument, type LedgerDocument } from '../../../src/ledger/document.ts';
import { merge } from '../../../src/ledger/merge.ts';

const GUID_END = 12;
const TASKS = 3;

const guid = (number: number) => `3f2b8c1e-6d0a-4b9e-9a55-${String(number).padStart(GUID_END, '0')}`;

const put = (record: number, version: RowVersion): AssignmentChange => ({
  kind: 'put',
  user: guid(1),
  record: guid(record),
  workspace: guid(2),
  workspaceName: 'Apollo Landing Gear',
  allocation: { hours: 40, start: '2026-03-02', finish: '2026-03-31' },
  version,
});

const remove = (record: number, version: RowVersion): AssignmentChange => ({
  kind: 'remove',
  user: guid(1),
  record: guid(record),
  why: 'deleted',
  version,
});

/** The document of a user whose three tasks are planned anew so many times on one day, by deleting and creating their rows. */
export function replanned(times: number): LedgerDocument {
  let document = emptyDocument(guid(1));
  let number = 1_234_567_890;
  let sequence = 0;
  for (let plan = 1; plan <= times; plan += 1) {
    const rows = Array.from({ length: TASKS }, (_, task) => plan * TASKS + task);
    const changes = rows.flatMap((row) => {
      number += 2;
      const at = { number, modifiedOn: Date.UTC(2026, 2, 4) + plan * 1_000 };
      return plan === 1 ? [put(row, at)] : [remove(row - TASKS, { ...at, number: number - 1 }), put(row, at)];
    });
    sequence += 1;
    const enqueuedAt = Date.UTC(2026, 2, 4) + plan * 1_000;
    document = merge(
      document,
      changes.map((change) => ({ change, sequence, enqueuedAt })),
      '2026-03-04',
    );
  }
  return document;
}
