import { isDeeperThan } from './json-nesting.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

// V8 needs 70 ms for a megabyte of opening brackets, and no answer of a service has more than a dozen levels.
// Small texts are parsed as quickly as they could be looked through.
const MAX_LEVELS = 512;
const SMALL_TEXT = 64 * 1024;

/**
 * The JSON value, or the text itself where it is none (proxies answer HTML, frameworks plain text) or nests
 * too deep. The time it takes grows with the size only.
 */
export function parseJson(text: string): unknown {
  if (text.length > SMALL_TEXT && isDeeperThan(MAX_LEVELS, text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** A path into a JSON value as a JSON pointer (RFC 6901); empty for the whole. */
export function jsonPointer(path: readonly PropertyKey[]): string {
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** Text without the byte order mark that some senders begin with, which no JSON parser takes. */
export function withoutByteOrderMark(text: string): string {
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}
