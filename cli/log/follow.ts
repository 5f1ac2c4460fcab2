import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { LocalLogLine } from '../../local/local-log.ts';
import { isObject, parseJson } from '../../src/json.ts';

const LOOK_EVERY_MS = 150;
const CHUNK = 64 * 1_024;

export interface FollowOptions {
  /** Ends the following. Without it the lines that are there now are all. */
  readonly signal?: AbortSignal;
  /** Begins at this byte: with what is written from then on. Default: the beginning. */
  readonly from?: number;
}

/** The size of the log now; 0 when there is none. */
export function logSize(path: string): number {
  try {
    const file = openSync(path, 'r');
    try {
      return fstatSync(file).size;
    } finally {
      closeSync(file);
    }
  } catch {
    return 0;
  }
}

/** What was written from `offset` on. A log that is shorter than that was begun anew. */
function readFrom(path: string, offset: number): { readonly text: Buffer; readonly start: number } {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const start = size < offset ? 0 : offset;
    const text = Buffer.alloc(Math.min(CHUNK, size - start));
    readSync(file, text, 0, text.length, start);
    return { text, start };
  } finally {
    closeSync(file);
  }
}

function isLogLine(value: unknown): value is LocalLogLine {
  return isObject(value) && typeof value.time === 'string' && typeof value.preset === 'string';
}

/** The lines of the local log, and those that come. Throws when there is no log. */
export async function* followLog(
  path: string,
  { signal, from = 0 }: FollowOptions = {},
): AsyncGenerator<LocalLogLine> {
  let offset = from;
  while (!signal?.aborted) {
    const { text, start } = readFrom(path, offset);
    const end = text.lastIndexOf('\n') + 1;
    offset = start + end;
    for (const line of text.subarray(0, end).toString().split('\n')) {
      const value = parseJson(line);
      if (isLogLine(value)) yield value;
    }
    if (end > 0) continue;
    if (!signal) return;
    await pause(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
}
