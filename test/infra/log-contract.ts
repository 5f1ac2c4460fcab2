import type { LogLine } from '../../src/log.ts';

/** Fields whose values are words from a closed list, and whose words a query may name. */
const WORDS = ['evt', 'outcome', 'errorClass', 'deadLetterReason', 'skipReason'] as const;

interface Compared {
  readonly field: (typeof WORDS)[number];
  readonly words: readonly string[];
}

/** `outcome in ('a', 'b')`, `tostring(e.errorClass) == 'auth'` and the like. */
function comparisons(query: string): Compared[] {
  const found = query.matchAll(
    new RegExp(`\\b(${WORDS.join('|')})\\)?\\s*(?:==|!=|=~|!in|in~?)\\s*('[^']*'|\\([^)]*\\))`, 'g'),
  );
  return [...found].map(([, field = '', values = '']) => ({
    field: field as Compared['field'],
    words: [...values.matchAll(/'([^']*)'/g)].map(([, word = '']) => word),
  }));
}

/** The events that a query looks for in the text of the line, before it parses it: `{"evt":"message.` or, whole, `{"evt":"cor.call"`. */
function sought(query: string): { readonly text: string; takes(evt: string): boolean }[] {
  return [...query.matchAll(/'\{"evt":"([^'"]*)("?)'/g)].map(([, text = '', end]) => ({
    text,
    takes: (evt) => (end ? evt === text : evt.startsWith(text)),
  }));
}

/** Where a query expects something of the log lines that none of `lines` has. Empty: the query can find what it looks for. */
export function contractProblems(query: string, lines: readonly LogLine[]): string[] {
  const problems: string[] = [];
  const wanted = sought(query);
  const seen = lines.filter(({ evt }) => wanted.some(({ takes }) => takes(evt)));
  for (const { text, takes } of wanted)
    if (!lines.some(({ evt }) => takes(evt))) problems.push(`no event is, or begins with, ${text}`);
  const fields = new Set(seen.flatMap((line) => Object.keys(line)));
  for (const [, field = ''] of query.matchAll(/\be\.(\w+)/g))
    if (!fields.has(field)) problems.push(`no such event writes ${field}`);
  for (const { field, words } of comparisons(query)) {
    const written = new Set(seen.map((line) => line[field]));
    for (const word of words)
      if (!(written as Set<string | undefined>).has(word)) problems.push(`${field} is never ${word}`);
  }
  return problems;
}
