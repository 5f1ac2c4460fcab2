/** What the host says about a message beside its body. */
export interface Envelope {
  readonly messageId: string | undefined;
  readonly lockToken: string;
  /** 1 on the first delivery. */
  readonly deliveryCount: number;
  readonly sequenceNumber: number;
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
  unconfirmed: 'corDoubts',
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
  /** Copies of these that were sent because COR did not apply what it was told. */
  readonly unconfirmed: number;
  readonly firstSequenceNumber: number;
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

function asTime(value: unknown): number | undefined {
  const time =
    value instanceof Date ? value.getTime() : typeof value === 'string' ? Date.parse(value) : Number.NaN;
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

/**
 * Reads the trigger metadata of one Service Bus message (single dispatch). Throws when there is no lock
 * token: then nothing could be settled.
 */
export function readEnvelope(metadata: Readonly<Record<string, unknown>> | undefined): Envelope {
  const lockToken = asText(metadata?.lockToken);
  if (lockToken === undefined)
    throw new Error(
      'The trigger metadata holds no lockToken: is this a Service Bus trigger with cardinality one?',
    );
  return {
    lockToken,
    messageId: asText(metadata?.messageId),
    deliveryCount: asNumber(metadata?.deliveryCount) ?? 1,
    sequenceNumber: asNumber(metadata?.sequenceNumber) ?? 0,
    enqueuedTime: asTime(metadata?.enqueuedTimeUtc),
    contentType: asText(metadata?.contentType),
    correlationId: asText(metadata?.correlationId),
    subject: asText(metadata?.subject),
    applicationProperties: asRecord(metadata?.applicationProperties ?? metadata?.userProperties),
  };
}

export function readHistory({
  applicationProperties: found,
  sequenceNumber,
  enqueuedTime,
}: Envelope): History {
  return {
    attempt: asNumber(found[PROPERTY.attempt]) ?? 0,
    firstFailedAt: asTime(found[PROPERTY.firstFailedAt]),
    unmappedSince: asTime(found[PROPERTY.unmappedSince]),
    unconfirmed: asNumber(found[PROPERTY.unconfirmed]) ?? 0,
    firstSequenceNumber: asNumber(found[PROPERTY.firstSequenceNumber]) ?? sequenceNumber,
    firstEnqueuedAt: asTime(found[PROPERTY.firstEnqueuedAt]) ?? enqueuedTime,
    replayed: found[PROPERTY.replayed] === true || found[PROPERTY.replayed] === 'true',
  };
}

/**
 * With `dataType: 'binary'` the host hands over bytes; other forms are brought back to bytes rather than
 * refused.
 */
export function bodyBytes(body: unknown): Uint8Array {
  if (body instanceof Uint8Array) return body;
  return Buffer.from(typeof body === 'string' ? body : (JSON.stringify(body) ?? ''));
}
