import type { LedgerDocument, LedgerEntry } from '../../src/ledger/document.ts';
import { localTime } from '../frame/local-time.ts';
import { inTheLog } from '../frame/logged-id.ts';
import type { Session } from '../frame/session.ts';
import type { Table } from '../frame/table.ts';

function allocationText(entry: LedgerEntry): string {
  if (entry.state !== 'assigned') return '';
  const { allocation } = entry;
  if ('percentage' in allocation) return `${allocation.percentage} %`;
  return `${allocation.hours} h, ${allocation.start} to ${allocation.finish}`;
}

function assignmentTable({ assignments }: LedgerDocument): Table {
  return {
    titles: ['Assignment', 'State', 'Workspace', 'Allocation', 'Version', 'Modified', 'Sequence'],
    optional: ['Sequence'],
    rows: Object.entries(assignments).map(([record, entry]) => [
      record,
      entry.state,
      entry.state === 'assigned' ? entry.workspace : '',
      allocationText(entry),
      entry.version.number,
      localTime(entry.version.modifiedOn),
      `#${entry.version.sequence}`,
    ]),
  };
}

/** One user: every assignment, and what they add up to in each workspace. */
export function showDocument(
  document: LedgerDocument,
  held: Readonly<Record<string, number>>,
  { table, print }: Session,
): void {
  table(assignmentTable(document));
  print('');
  table({
    titles: ['Workspace', 'Percentage', 'In the log'],
    optional: ['In the log'],
    rows: Object.entries(held).map(([workspace, percentage]) => [
      workspace,
      `${percentage} %`,
      inTheLog(workspace),
    ]),
  });
}

/** All users, a line each. */
export function userTable(
  documents: readonly LedgerDocument[],
  held: (document: LedgerDocument) => Readonly<Record<string, number>>,
): Table {
  return {
    titles: ['User', 'Assignments', 'Workspaces', 'In the log'],
    optional: ['In the log'],
    rows: documents.map((document) => [
      document.user,
      Object.values(document.assignments).filter(({ state }) => state === 'assigned').length,
      Object.keys(held(document)).length,
      inTheLog(document.user),
    ]),
  };
}
