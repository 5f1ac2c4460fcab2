import type { Line } from '../../../local/demo/line.ts';
import type { Snapshot } from '../../../local/demo/snapshot.ts';

/** What the page hears, followed as a browser would. */
export interface PageEvents {
  /** The first state from now on that the test takes. */
  state(test: (state: Snapshot) => boolean, timeoutMs?: number): Promise<Snapshot>;
  /** The first line from now on that the test takes. */
  line(test: (line: Line) => boolean, timeoutMs?: number): Promise<Line>;
  close(): void;
}

type Listener = (name: string, data: never) => void;

const WAIT_MS = 20_000;

/** For an error text: the rows are many, and the same as before. */
const withoutRows = (name: string, value: unknown) =>
  name === 'rows' || name === 'cast' ? undefined : value;

/** Cuts a stream of server-sent events into events. */
async function read(
  body: AsyncIterable<Uint8Array>,
  heard: (name: string, data: never) => void,
): Promise<void> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true });
    const events = text.split('\n\n');
    text = events.pop() ?? '';
    for (const event of events) {
      const [, name = '', data = ''] = /^event: (\w+)\ndata: (.*)$/.exec(event) ?? [];
      heard(name, JSON.parse(data) as never);
    }
  }
}

export async function followEvents(url: string): Promise<PageEvents> {
  const ended = new AbortController();
  const response = await fetch(`${url}/events`, { signal: ended.signal });
  const listeners = new Set<Listener>();
  const latest = new Map<string, unknown>();
  if (!response.body) throw new Error('The events have no body.');
  void read(response.body, (name, data) => {
    latest.set(name, data);
    for (const listener of listeners) listener(name, data);
  }).catch(() => {});

  function first<Data>(name: string, test: (data: Data) => boolean, timeoutMs: number): Promise<Data> {
    return new Promise((resolve, reject) => {
      const listener: Listener = (heard, data) => {
        if (heard !== name || !test(data)) return;
        clearTimeout(timer);
        listeners.delete(listener);
        resolve(data);
      };
      const timer = setTimeout(() => {
        listeners.delete(listener);
        reject(
          new Error(
            `No such ${name} within ${timeoutMs} ms. The latest: ${JSON.stringify(latest.get(name), withoutRows)}`,
          ),
        );
      }, timeoutMs);
      listeners.add(listener);
      if (name === 'state' && latest.has(name)) listener(name, latest.get(name) as never);
    });
  }

  return {
    state: (test, timeoutMs = WAIT_MS) => first('state', test, timeoutMs),
    line: (test, timeoutMs = WAIT_MS) => first('line', test, timeoutMs),
    close: () => ended.abort(),
  };
}
