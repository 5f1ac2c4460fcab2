import type { ServerResponse } from 'node:http';
import type { Demo } from './demo.ts';
import { createLedgerView, takeSnapshot } from './snapshot.ts';

/**
 * Server-sent events: `constants` once, `state` whenever something may have changed, `line` for each line of
 * the log.
 */
export interface Feed {
  /** Sends what is known now, then everything that comes. */
  join(response: ServerResponse, constants: object): void;
  line(line: object): void;
  /** Something was done: looks at everything again soon. */
  changed(): void;
  close(): void;
}

const MAX_LINES = 200;
/** At most so often is everything looked at. */
const PAUSE_MS = 250;
/** Scheduled copies come due without a word. */
const IDLE_MS = 2_000;

const eventText = (name: string, data: object) => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;

export function createFeed(demo: Demo): Feed {
  const readers = new Set<ServerResponse>();
  const lines: object[] = [];
  const ledger = createLedgerView(demo);
  let latest = '';
  let looking = false;
  let again = false;

  function tell(text: string): void {
    for (const reader of readers) reader.write(text);
  }

  async function look(): Promise<void> {
    if (readers.size === 0) return;
    if (looking) {
      again = true;
      return;
    }
    looking = true;
    try {
      const state = eventText('state', await takeSnapshot(demo, ledger));
      if (state !== latest) tell(state);
      latest = state;
    } catch {
      // A service is away, which a person may have wanted: the next look comes.
    }
    setTimeout(() => {
      looking = false;
      if (again) void look();
      again = false;
    }, PAUSE_MS).unref();
  }

  const timer = setInterval(() => void look(), IDLE_MS);
  timer.unref();
  return {
    join(response, constants) {
      readers.add(response);
      response.once('close', () => readers.delete(response));
      response.write(eventText('constants', constants));
      for (const line of lines) response.write(eventText('line', line));
      if (latest !== '') response.write(latest);
      void look();
    },
    line(line) {
      lines.push(line);
      if (lines.length > MAX_LINES) lines.shift();
      tell(eventText('line', line));
      void look();
    },
    changed: () => void look(),
    close() {
      clearInterval(timer);
      for (const reader of readers) reader.end();
    },
  };
}
