import { COLUMNS, cells } from './cells.ts';
import type { Result } from './results.ts';

/** A part of the document that a run writes: what follows its marker. */
export type Part = 'figures' | 'costs';

const beginOf = (part: Part): string => `<!-- Written by npm run bench: ${part} -->`;
const endOf = (part: Part): string => `<!-- end of ${part} -->`;

/** The results as a table of Markdown. */
export function markdownTable(results: readonly Result[]): string {
  const line = (texts: readonly string[]) => `| ${texts.join(' | ')} |`;
  return [
    line(COLUMNS),
    line(COLUMNS.map(() => '---')),
    ...results.map((result) => line(cells(result))),
  ].join('\n');
}

/** Where the part begins, after its marker, and ends. Throws when the document has no such part. */
function boundsOf(document: string, part: Part): readonly [number, number] {
  const [begin, end] = [beginOf(part), endOf(part)];
  const from = document.indexOf(begin);
  const to = document.indexOf(end);
  if (from < 0 || to < from) throw new Error(`The document lacks the lines "${begin}" and "${end}".`);
  return [from + begin.length, to];
}

/** The document with a part between its markers replaced. */
export function withPart(document: string, part: Part, text: string): string {
  const [from, to] = boundsOf(document, part);
  return `${document.slice(0, from)}\n${text}\n${document.slice(to)}`;
}

/** The part between the markers, as `withPart` put it there. */
export function partOf(document: string, part: Part): string {
  const [from, to] = boundsOf(document, part);
  return document.slice(from + 1, to - 1);
}
