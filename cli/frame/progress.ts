import { type Options, SingleBar } from 'cli-progress';
import { printableLine } from './printable.ts';
import type { Shell } from './shell.ts';

/** How far a piece of work is. */
export interface Progress {
  /** `total` may become known, or change, on the way. */
  update(done: number, total?: number): void;
  end(): void;
}

/** Whatever takes less is over before anybody wonders. */
const SHOWN_AFTER_MS = 1_000;
const LINE_EVERY_MS = 3_000;

function barOptions(what: string, stream: NodeJS.WritableStream): Options {
  return {
    stream,
    hideCursor: true,
    clearOnComplete: true,
    barsize: 20,
    etaBuffer: 50,
    format: `${printableLine(what)} [{bar}] {value}/{total}, {rate}/s, {eta_formatted} left`,
    barCompleteChar: '#',
    barIncompleteChar: '-',
  };
}

/**
 * A bar with rate and time left on a terminal, a line now and then elsewhere; nothing for work of under a
 * second.
 */
export function createProgress(what: string, { errors }: Pick<Shell, 'errors'>): Progress {
  const started = performance.now();
  let bar: SingleBar | undefined;
  let said = started;

  return {
    update(done, total) {
      const now = performance.now();
      if (now - started < SHOWN_AFTER_MS) return;
      const rate = Math.round((done * 1_000) / (now - started));
      if (!errors.isTTY || total === undefined) {
        if (now - said < LINE_EVERY_MS) return;
        said = now;
        errors.write(
          `${printableLine(what)}: ${done}${total === undefined ? '' : ` of ${total}`}, ${rate}/s\n`,
        );
        return;
      }
      if (!bar) {
        bar = new SingleBar(barOptions(what, errors));
        bar.start(total, done, { rate });
      }
      bar.setTotal(total);
      bar.update(done, { rate });
    },
    end: () => bar?.stop(),
  };
}
