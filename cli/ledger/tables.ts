import Table from 'cli-table3';
import type { LedgerDocument, LedgerEntry } from '../../src/ledger/document.ts';

const PLAIN = { head: [], border: [] };

function allocationText(entry: LedgerEntry): string {
  if (entry.state !== 'assigned') return '';
  const { allocation } = entry;
  if ('percentage' in allocation) return `${allocation.percentage} %`;
  return `${allocation.hours} h, ${allocation.start} to ${allocation.finish}`;
}

function versionText({ version }: LedgerEntry): string {
  const when = version.modifiedOn === undefined ? '' : ` ${new Date(version.modifiedOn).toISOString()}`;
  return `${version.number ?? '–'}${when} #${version.sequence}`;
}

/** One user: every assignment, and what they add up to in each workspace. */
export function documentTables(document: LedgerDocument, held: Readonly<Record<string, number>>): string {
  const rows = new Table({
    head: ['Assignment', 'State', 'Workspace', 'Allocation', 'Version, modified, sequence'],
    style: PLAIN,
  });
  for (const [record, entry] of Object.entries(document.assignments)) {
    rows.push([
      record,
      entry.state,
      entry.state === 'assigned' ? entry.workspace : '',
      allocationText(entry),
      versionText(entry),
    ]);
  }
  const totals = new Table({ head: ['Workspace', 'Percentage'], style: PLAIN });
  for (const [workspace, percentage] of Object.entries(held)) totals.push([workspace, `${percentage} %`]);
  return `${rows}\n${totals}`;
}

/** All users, a line each. */
export function userTable(
  documents: readonly LedgerDocument[],
  held: (document: LedgerDocument) => Readonly<Record<string, number>>,
): string {
  const table = new Table({ head: ['User', 'Assignments', 'Workspaces'], style: PLAIN });
  for (const document of documents) {
    const assigned = Object.values(document.assignments).filter(({ state }) => state === 'assigned').length;
    table.push([document.user, assigned, Object.keys(held(document)).length]);
  }
  return table.toString();
}
