import CliTable from 'cli-table3';
import stringWidth from 'string-width';
import wrap from 'wrap-ansi';
import { printableLine } from './printable.ts';

/** Rows of texts under titles. What is missing or empty shows as nothing. */
export interface Table {
  readonly titles: readonly string[];
  readonly rows: readonly (readonly (string | number | undefined)[])[];
  /** Titles of columns that a narrow terminal can do without, the first to go first. */
  readonly optional?: readonly string[];
}

/** A line between two rows would double the length of a list. */
const NO_LINES = { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' };

/** Before the second and later lines of a value that is wrapped. */
const CONTINUED = '    ';

type Bold = (text: string) => string;

/** From here on a table that does not fit is squeezed; on a narrower terminal its rows become records. */
const WIDE = 100;
/** A value that is wrapped into less cannot be read. */
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

/** The width of a column's longest word: an id that is broken cannot be copied. */
function narrowest(titles: readonly string[], rows: readonly (readonly string[])[]): number[] {
  const words = rows.flatMap((row) => row.map((cell, i) => [i, cell.split(' ')] as const));
  const least = titles.map((title) => stringWidth(title));
  for (const [i, parts] of words)
    least[i] = Math.max(least[i] ?? 0, ...parts.map((word) => stringWidth(word)));
  return least;
}

/**
 * Takes what is too much from the widest column that can still give, again and again; `undefined` when none
 * can.
 */
function squeezed(
  columns: readonly number[],
  least: readonly number[],
  available: number,
): number[] | undefined {
  const narrowed = [...columns];
  while (total(narrowed) > available) {
    const spare = narrowed.map((width, i) => (width > (least[i] ?? 0) ? width : 0));
    const widest = Math.max(...spare);
    if (widest === 0) return undefined;
    narrowed[spare.indexOf(widest)] = widest - 1;
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
  const table = new CliTable({ head: titles.map(bold), style: { head: [], border: [] }, chars: NO_LINES });
  for (const row of rows) table.push(row.map(fitted));
  return table.toString();
}

/** `Title  value`, a line for each that is filled, values in one column: for a single thing. */
export function fieldLines(fields: readonly (readonly [string, string])[], available: number): string {
  const label = Math.max(...fields.map(([title]) => stringWidth(title)));
  const room = Math.max(NARROWEST, available - label - 2);
  const lines = fields.map(([title, value]) => {
    const [first = '', ...rest] = wrap(value, room, { hard: true }).split('\n');
    const indented = rest.map((text) => `${' '.repeat(label + 2)}${text.trimStart()}`);
    return [`${title}${' '.repeat(label - stringWidth(title) + 2)}${first}`, ...indented].join('\n');
  });
  return lines.join('\n');
}

/**
 * One row as a record: `Title value  Title value …` over as many lines as it takes, the second and later ones
 * indented.
 */
function recordText(fields: readonly (readonly [string, string])[], available: number, bold: Bold): string {
  const lines: string[] = [];
  let width = available;
  for (const [title, value] of fields) {
    const own = stringWidth(title) + 1 + stringWidth(value);
    const shown = `${bold(title)} ${value}`;
    if (width + 2 + own <= available) {
      lines.push(`${lines.pop()}  ${shown}`);
      width += 2 + own;
    } else {
      const indent = lines.length === 0 ? '' : '  ';
      lines.push(
        `${indent}${wrap(shown, available - CONTINUED.length, { hard: true }).replaceAll('\n', `\n${CONTINUED}`)}`,
      );
      width = indent.length + own;
    }
  }
  return lines.join('\n');
}

function records(
  titles: readonly string[],
  rows: readonly (readonly string[])[],
  available: number,
  bold: Bold,
): string {
  return rows
    .map((row) => titles.flatMap((title, i): [string, string][] => (row[i] ? [[title, row[i]]] : [])))
    .map((fields) => recordText(fields, available, bold))
    .join('\n');
}

/** The table for a terminal of so many columns: with a frame where it fits, else as records. */
export function tableText(table: Table, available: number, bold: Bold): string {
  const rows = cells(table);
  const { titles, optional = [] } = table;
  for (let left = 0; left <= optional.length; left += 1) {
    const gone = new Set(optional.slice(0, left));
    const kept = <Cell>(cellsOfRow: readonly Cell[]) =>
      cellsOfRow.filter((_, i) => !gone.has(titles[i] ?? ''));
    const [some, shown] = [kept(titles), rows.map(kept)];
    const natural = widths(some, shown);
    if (total(natural) <= available) return framed(some, shown, natural, bold);
  }
  const columns =
    available >= WIDE ? squeezed(widths(titles, rows), narrowest(titles, rows), available) : undefined;
  return columns ? framed(titles, rows, columns, bold) : records(titles, rows, available, bold);
}

/** Tab-separated with a line of titles: for a pipe or a file. */
export function tsv(table: Table): string {
  return [[...table.titles], ...cells(table)].map((row) => row.join('\t')).join('\n');
}
