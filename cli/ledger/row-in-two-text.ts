import type { RowInTwo } from '../../src/ledger/rows-in-two.ts';
import { localTime } from '../frame/local-time.ts';

/** A sentence for an operator: which row, who has it, who should not, and what to do. */
export function rowInTwoText({ record, newest, older }: RowInTwo): string {
  const since = localTime(newest.version.modifiedOn);
  const now = `${newest.user} (newest${since ? `, modified ${since}` : ''})`;
  const before = older.map(({ user }) => user).join(', ');
  return (
    `Row ${record} stands with ${now} and with ${before} (older). An event that moved it was lost: ` +
    `unless Dynamics says otherwise, give the row to ${before} and back in Dynamics, which takes it away.`
  );
}
