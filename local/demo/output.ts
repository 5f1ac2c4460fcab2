import stringWidth from 'string-width';
import wrap from 'wrap-ansi';
import { lineText } from '../../cli/log/line-text.ts';
import type { Line } from './line.ts';

/** What `npm start` says, on standard output unless that is for JSON. */
export interface Output {
  /** Whether standard output is for JSON. */
  readonly json: boolean;
  /** Width of the terminal; of a pipe 80. */
  readonly columns: number;
  say(text?: string): void;
  /** Says what is under way, with the seconds that it takes on a terminal, until it is done. */
  during<Result>(what: string, work: Promise<Result>): Promise<Result>;
  /** What a connector wrote: one of its log lines, or text that is none. */
  heard(preset: string, line: Line | undefined, text: string): void;
}

const TICK_MS = 1_000;
const DEFAULT_COLUMNS = 80;

/** Before the second and later rows of a line that the terminal has no room for. */
const CONTINUED = '    ';

/** What is typed or opened stays whole: a line that the terminal breaks by itself can be copied. */
function wrapped(line: string, columns: number): string {
  if (stringWidth(line) <= columns || /^ *(\.\/connector|http:)/.test(line)) return line;
  return wrap(line, columns - CONTINUED.length, { trim: false }).replaceAll(/\n */g, `\n${CONTINUED}`);
}

export function createOutput({ json }: { readonly json: boolean }): Output {
  const stream = json ? process.stderr : process.stdout;
  const isTerminal = stream.isTTY === true;
  const columns = stream.columns || DEFAULT_COLUMNS;
  const shown = (line: string) => (isTerminal ? wrapped(line, columns) : line);
  const say = (text = '') => void stream.write(`${text.split('\n').map(shown).join('\n')}\n`);
  return {
    json,
    columns,
    say,
    async during(what, work) {
      const began = performance.now();
      const seconds = () => Math.round((performance.now() - began) / 1_000);
      const show = () => stream.write(`\r${what} … ${seconds()} s`);
      const timer = isTerminal ? setInterval(show, TICK_MS) : undefined;
      if (isTerminal) show();
      try {
        const result = await work;
        stream.write(
          `${isTerminal ? '\r' : ''}${what}: ${((performance.now() - began) / 1_000).toFixed(1)} s\n`,
        );
        return result;
      } catch (error) {
        stream.write(`${isTerminal ? '\r' : ''}${what}: failed\n`);
        throw error;
      } finally {
        clearInterval(timer);
      }
    },
    heard(preset, line, text) {
      const time = new Date().toISOString();
      if (json) process.stdout.write(`${JSON.stringify({ time, preset, ...(line ?? { text }) })}\n`);
      else if (line) say(`  ${lineText({ time, preset, ...line })}`);
      else say(`  ${text}  [${preset}]`);
    },
  };
}
