import { styleText } from 'node:util';
import { printable, printableLine } from './printable.ts';
import type { Output, Shell } from './shell.ts';
import { fieldLines, type Table, tableText, tsv } from './table.ts';
import { wrapped } from './wrapped.ts';

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow';

/**
 * The one way from a command to the terminal: whatever goes through it is made printable, and nothing else
 * colours it.
 */
export interface Screen {
  /** A part of the result, to standard output. */
  print(text: string, style?: Style): void;
  /** What is said about the work, to standard error: a pipe gets the result alone. */
  say(text: string, style?: Style): void;
  /** A result for a program, to standard output. */
  json(value: unknown): void;
  /** A table as the terminal has room for it; tab-separated where standard output is none. */
  table(table: Table): void;
  /** Labels and values of one thing; what is `undefined` or empty is left out. */
  record(title: string, fields: readonly (readonly [string, string | number | undefined])[]): void;
}

const DEFAULT_COLUMNS = 80;

/** Colour is for a terminal whose person has not said otherwise (no-color.org). */
export function hasColour(output: Output, environment: Shell['environment']): boolean {
  return output.isTTY === true && !environment.NO_COLOR && environment.TERM !== 'dumb';
}

export function createScreen({ output, errors, environment }: Shell): Screen {
  const styled = (to: Output, text: string, style?: Style) =>
    style && hasColour(to, environment) ? styleText(style, text, { validateStream: false }) : text;
  const room = (to: Output) => to.columns || DEFAULT_COLUMNS;
  const write = (to: Output, text: string, style?: Style) => {
    const safe = printable(text);
    const shown = to.isTTY ? wrapped(safe, room(to)) : safe;
    to.write(`${styled(to, shown, style)}\n`);
  };
  const bold = (text: string) => styled(output, text, 'bold');

  return {
    print: (text, style) => write(output, text, style),
    say: (text, style) => write(errors, text, style),
    json: (value) => {
      output.write(`${printable(JSON.stringify(value, null, 2))}\n`);
    },
    table: (table) => {
      output.write(`${output.isTTY ? tableText(table, room(output), bold) : tsv(table)}\n`);
    },
    record: (title, fields) => {
      const filled = fields.flatMap(([label, value]): [string, string][] =>
        value === undefined || value === ''
          ? []
          : [[`  ${printableLine(label)}`, printableLine(String(value))]],
      );
      const available = output.isTTY ? room(output) : Number.POSITIVE_INFINITY;
      output.write(`${bold(printableLine(title))}\n${fieldLines(filled, available)}\n`);
    },
  };
}
