import Table from 'cli-table3';
import { COLUMNS, cells } from './cells.ts';
import type { Result } from './results.ts';

/** The results for a terminal. */
export function table(results: readonly Result[]): string {
  const rows = new Table({
    head: [...COLUMNS],
    colWidths: [66, null, null, null, null, null],
    colAligns: ['left', 'right', 'right', 'right', 'left', 'left'],
    wordWrap: true,
    style: { head: [], border: [] },
  });
  for (const result of results) rows.push(cells(result));
  return rows.toString();
}
