import { COLUMNS, cells } from './cells.ts';
import type { Result } from './results.ts';

const BEGIN = '<!-- Written by npm run bench: figures -->';
const END = '<!-- end of figures -->';

/** The results as a table of Markdown. */
export function markdownTable(results: readonly Result[]): string {
  const line = (texts: readonly string[]) => `| ${texts.join(' | ')} |`;
  return [
    line(COLUMNS),
    line(COLUMNS.map(() => '---')),
    ...results.map((result) => line(cells(result))),
  ].join('\n');
}

/** The document with the part between its markers replaced. Throws when it has no such part. */
export function withFigures(document: string, figures: string): string {
  const from = document.indexOf(BEGIN);
  const to = document.indexOf(END);
  if (from < 0 || to < from) throw new Error(`The document lacks the lines "${BEGIN}" and "${END}".`);
  return `${document.slice(0, from + BEGIN.length)}\n${figures}\n${document.slice(to)}`;
}

/** The part between the markers, as `withFigures` put it there. */
export function figuresIn(document: string): string {
  const from = document.indexOf(BEGIN);
  const to = document.indexOf(END);
  if (from < 0 || to < from) throw new Error(`The document lacks the lines "${BEGIN}" and "${END}".`);
  return document.slice(from + BEGIN.length + 1, to - 1);
}
