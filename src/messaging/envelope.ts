import { DAY_MS, MINUTE_MS } from '../duration.ts';
import { asSequenceNumber, type SequenceNumber } from '../sequence-number.ts';

/** What the host says about a message beside its body. */
export interface Envelope {
  /**
   * An id that reads as a number or as JSON comes changed from the library: for the log, never to look a
   * message up by it alone.
   */
  readonly messageId: string | undefined;
  /** Empty when the host gave none: then the message cannot be settled. */
  readonly lockToken: string;
  /** 1 on the first delivery. */
  readonly deliveryCount: number;
  /**
   * Of the queue or subscription that the trigger listens to. The Functions library reads it as a JSON
   * number, so above 2^53 (partitioned entities) the last digits are lost and neighbours may be equal.
   */
  readonly sequenceNumber: SequenceNumber;
  /** UTC epoch ms. */
  readonly enqueuedTime: number | undefined;
  readonly contentType: string | undefined;
  readonly correlationId: string | undefined;
  readonly subject: string | undefined;
  readonly applicationProperties: Readonly<Record<string, unknown>>;
}

/**
 * The connector's own application properties, on copies that it sends itself. Lower case at the start,
 * because the Functions library lower-cases the first letter of every key.
 */
export const PROPERTY = {
  attempt: 'corAttempt',
  firstFailedAt: 'corFirstFailedAt',
  unmappedSince: 'corUnmappedSince',
  unidentifiedSince: 'corUnidentifiedSince',
  unconfirmed: 'corDoubts',
  askedMs: 'corAskedMs',
  firstSequenceNumber: 'corFirstSequenceNumber',
  firstEnqueuedAt: 'corFirstEnqueuedAt',
  lastError: 'corLastError',
  replayed: 'corReplayed',
} as const;

/** What earlier tries of the same message left on the copy. Times are UTC epoch ms. */
export interface History {
  /** Copies sent so far; 0 for a message as Dataverse sent it. */
  readonly attempt: number;
  readonly firstFailedAt: number | undefined;
  readonly unmappedSince: number | undefined;
  /** Since when a look-up in Dataverse finds nobody. */
  readonly unidentifiedSince: number | undefined;
  /** Copies of these that were sent because COR did not apply what it was told. */
  readonly unconfirmed: number;
  /** What COR's Retry-After has cost the message so far: its retry window is longer by that. Milliseconds. */
  readonly askedMs: number;
  /**
   * Under which the message first came to the app, and when it was enqueued there. A topic's own numbers are
   * never taken: the trigger does not tell them.
   */
  readonly firstSequenceNumber: SequenceNumber;
  readonly firstEnqueuedAt: number | undefined;
  readonly replayed: boolean;
}

function asNumber(value: unknown): number | undefined {
  const number =
    typeof value === 'number'
      ? value
      : typeof value === 'string' && value !== ''
        ? Number(value)
        : Number.NaN;
  return Number.isFinite(number) ? number : undefined;
}

const ZONE = /(Z|[+-]\d\d:?\d\d)$/i;

/** UTC epoch ms. The host writes some times without a zone; all of them are UTC. */
function asTime(value: unknown): number | undefined {
  if (value instanceof Date) return Number.isFinite(value.getTime()) ? value.getTime() : undefined;
  if (typeof value !== 'string') return undefined;
  const time = Date.parse(/T/.test(value) && !ZONE.test(value) ? `${value}Z` : value);
  return Number.isFinite(time) ? time : undefined;
}

/**
 * The library JSON-parses string metadata: a message id or content type that looks like JSON arrives as
 * something else.
 */
function asText(value: unknown): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

/** Reads the trigger metadata of one Service Bus message (single dispatch). */
export function readEnvelope(metadata: Readonly<Record<string, unknown>> | undefined): Envelope {
  return {
    lockToken: asText(metadata?.lockToken) ?? '',
    messageId: asText(metadata?.messageId),
    deliveryCount: asNumber(metadata?.deliveryCount) ?? 1,
    sequenceNumber: asSequenceNumber(metadata?.sequenceNumber) ?? 0,
    enqueuedTime: asTime(metadata?.enqueuedTimeUtc),
    contentType: asText(metadata?.contentType),
    correlationId: asText(metadata?.correlationId),
    subject: asText(metadata?.subject),
    applicationProperties: asRecord(metadata?.applicationProperties ?? metadata?.userProperties),
  };
}

/** Clocks of two instances differ by seconds. */
const MAX_AHEAD_MS = 5 * MINUTE_MS;
/** Before Service Bus was there, no message was tried. */
const EARLIEST = Date.UTC(2010, 0, 1);
const MAX_COUNT = 100_000;

const isWhole = (max: number) => (value: number | undefined) =>
  value !== undefined && Number.isSafeInteger(value) && value >= 0 && value <= max;

const isThere = (value: unknown) => value !== undefined;

/**
 * What the copy of a message says about its earlier tries. Anybody who may send to the queue may have written
 * it: what is not whole, out of range or from the future is ignored, and named.
 */
export function readHistory(
  { applicationProperties: found, sequenceNumber, enqueuedTime }: Envelope,
  now: number,
): { readonly history: History; readonly ignored: readonly string[] } {
  const ignored: string[] = [];
  const property = <Value>(
    name: string,
    read: (value: unknown) => Value | undefined,
    fits: (value: Value | undefined) => boolean,
  ): Value | undefined => {
    if (!Object.hasOwn(found, name)) return undefined;
    const value = read(found[name]);
    if (fits(value)) return value;
    ignored.push(name);
    return undefined;
  };
  const isPast = (value: number | undefined) =>
    value !== undefined && value >= EARLIEST && value <= now + MAX_AHEAD_MS;
  const count = (name: string, max: number) => property(name, asNumber, isWhole(max)) ?? 0;
  const time = (name: string) => property(name, asTime, isPast);
  const history: History = {
    attempt: count(PROPERTY.attempt, MAX_COUNT),
    firstFailedAt: time(PROPERTY.firstFailedAt),
    unmappedSince: time(PROPERTY.unmappedSince),
    unidentifiedSince: time(PROPERTY.unidentifiedSince),
    unconfirmed: count(PROPERTY.unconfirmed, MAX_COUNT),
    askedMs: count(PROPERTY.askedMs, 7 * DAY_MS),
    firstSequenceNumber: property(PROPERTY.firstSequenceNumber, asSequenceNumber, isThere) ?? sequenceNumber,
    firstEnqueuedAt: time(PROPERTY.firstEnqueuedAt) ?? enqueuedTime,
    replayed: found[PROPERTY.replayed] === true || found[PROPERTY.replayed] === 'true',
  };
  return { history, ignored };
}

/**
 * With `dataType: 'binary'` the host hands over bytes; other forms are brought back to bytes rather than
 * refused.
 */
export function bodyBytes(body: unknown): Uint8Array {
  if (body instanceof Uint8Array) return body;
  return Buffer.from(typeof body === 'string' ? body : (JSON.stringify(body) ?? ''));
}
