import CliTable from 'cli-table3';
import stringWidth from 'string-width';
import wrap from 'wrap-ansi';
import { printableLine } from './printable.ts';

/** Rows of texts under titles. What is missing or empty shows as nothing. */
export interface Table {
  readonly titles: readonly string[];
  readonly rows: readonly (readonly (string | number | undefined)[])[];
}

type Bold = (text: string) => string;

/** From here on a table that does not fit is squeezed; on a narrower terminal its rows become records. */
const WIDE = 100;
/** A column that is squeezed further cannot be read. */
const NARROWEST = 16;
/** What cli-table3 adds to each column: two blanks and a line. */
const FRAME = 3;

function cells({ rows }: Table): string[][] {
  return rows.map((row) => row.map((cell) => printableLine(String(cell ?? ''))));
}

function widths(titles: readonly string[], rows: readonly (readonly string[])[]): number[] {
  return titles.map((title, i) =>
    Math.max(...[title, ...rows.map((row) => row[i] ?? '')].map((cell) => stringWidth(cell))),
  );
}

const total = (columns: readonly number[]): number => columns.reduce((sum, width) => sum + width + FRAME, 1);

/** Takes what is too much from the widest column, again and again. `undefined` when that ends in columns too narrow to read. */
function squeezed(columns: readonly number[], available: number): number[] | undefined {
  const narrowed = [...columns];
  while (total(narrowed) > available) {
    const widest = Math.max(...narrowed);
    if (widest <= NARROWEST) return undefined;
    narrowed[narrowed.indexOf(widest)] = widest - 1;
  }
  return narrowed;
}

function framed(
  titles: readonly string[],
  rows: readonly (readonly string[])[],
  columns: readonly number[],
  bold: Bold,
) {
  // Wrapped here, because cli-table3 cuts a word that is longer than its column, and an id must be whole.
  const fitted = (cell: string, i: number) => wrap(cell, columns[i] ?? NARROWEST, { hard: true });
  const table = new CliTable({ head: titles.map(bold), style: { head: [], border: [] } });
  for (const row of rows) table.push(row.map(fitted));
  return table.toString();
}

/** `Title  value` line by line, a blank line between two rows; empty cells are left out. */
export function records(
  titles: readonly string[],
  rows: readonly (readonly string[])[],
  available: number,
  bold: Bold,
): string {
  const label = Math.max(...titles.map((title) => stringWidth(title)));
  const room = Math.max(NARROWEST, available - label - 2);
  const line = (title: string, cell: string) => {
    const [first = '', ...rest] = wrap(cell, room, { hard: true }).split('\n');
    const indented = rest.map((text) => `${' '.repeat(label + 2)}${text.trimStart()}`);
    return [`${bold(title)}${' '.repeat(label - stringWidth(title) + 2)}${first}`, ...indented].join('\n');
  };
  return rows
    .map((row) => titles.flatMap((title, i) => (row[i] ? [line(title, row[i])] : [])).join('\n'))
    .join('\n\n');
}

/** The table for a terminal of so many columns: with a frame where it fits, else as records. */
export function tableText(table: Table, available: number, bold: Bold): string {
  const { titles } = table;
  const rows = cells(table);
  const natural = widths(titles, rows);
  const columns = available >= WIDE ? squeezed(natural, available) : natural;
  return columns && total(columns) <= available
    ? framed(titles, rows, columns, bold)
    : records(titles, rows, available, bold);
}

/** Tab-separated with a line of titles: for a pipe or a file. */
export function tsv(table: Table): string {
  return [[...table.titles], ...cells(table)].map((row) => row.join('\t')).join('\n');
}
