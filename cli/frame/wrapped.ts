import wrap from 'wrap-ansi';

/** Text for so many columns: what a line goes on with stands under its beginning. */
export function wrapped(text: string, columns: number): string {
  const lines = text.split('\n').map((line) => {
    const indent = /^ */.exec(line)?.[0] ?? '';
    const rest = wrap(line.slice(indent.length), Math.max(1, columns - indent.length));
    return rest.replaceAll(/^(?=.)/gm, indent);
  });
  return lines.join('\n');
}
