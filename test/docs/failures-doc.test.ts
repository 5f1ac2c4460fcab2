import { expect, test } from 'vitest';
import { FAILURE_TRIALS, NOT_BY_CLICK } from '../../local/demo/failures.ts';
import { readDoc, tableRows } from './documentation.ts';

test('every row of the page can be tried by a click in `npm start`, or is named with the reason why not', () => {
  const [table = ''] = readDoc('failures.md').split('## Whose failure is it?');
  const [_titles, ...rows] = tableRows(table).map(([first = '']) => first);
  expect(rows.length).toBeGreaterThan(20);
  const known = [...FAILURE_TRIALS, ...NOT_BY_CLICK].map(({ row }) => row);
  const trialsOf = (row: string) => known.filter((beginning) => row.startsWith(beginning));
  expect(rows.filter((row) => trialsOf(row).length !== 1)).toEqual([]);
  expect(known.filter((beginning) => !rows.some((row) => row.startsWith(beginning)))).toEqual([]);
});
