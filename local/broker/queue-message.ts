/** What a sender hands over. `content` is opaque to the core; the AMQP front keeps encoded bytes there. */
export interface MessageDraft<Content> {
  readonly content: Content;
  readonly messageId: string;
  /**
   * Milliseconds from the moment the message becomes active; the queue's default applies when it is shorter.
   */
  readonly timeToLive?: number | undefined;
  /** Time at which the message becomes active; a time that has passed means at once. */
  readonly scheduledFor?: number | undefined;
  /** The topic's own number, for a message that a topic hands to a subscription. */
  readonly enqueuedSequenceNumber?: number | undefined;
}

/**
 * Application properties set by settlements. Values are opaque to the core, except the two dead-letter texts.
 */
export type PropertyChanges = ReadonlyMap<string, unknown>;

interface MessageLock {
  /** UUID text in RFC order. */
  readonly token: string;
  readonly lockedUntil: number;
}

/** Where a message stands. `gone`: completed, dead-lettered, expired or cancelled. */
export type MessageState = 'active' | 'locked' | 'deferred' | 'scheduled' | 'gone';

/** A message as the queue holds it. Only the queue changes it. */
export interface QueueMessage<Content> {
  readonly content: Content;
  readonly messageId: string;
  state: MessageState;
  sequenceNumber: number;
  /** On a subscription the topic's number; 0 on a plain queue, as on Service Bus. */
  readonly enqueuedSequenceNumber: number;
  enqueuedTime: number;
  /** Infinity when the message does not expire. */
  timeToLive: number;
  expiresAt: number;
  /** Failed deliveries so far: 0 at the first delivery. */
  deliveryCount: number;
  scheduledFor: number | undefined;
  /** Deferred messages stay deferred when a lock on them ends. */
  isDeferred: boolean;
  lock: MessageLock | undefined;
  propertyChanges: PropertyChanges | undefined;
}

export interface LockedMessage<Content> extends QueueMessage<Content> {
  lock: MessageLock;
}

export function newMessage<Content>(
  draft: MessageDraft<Content>,
  longestTimeToLive: number,
  now: number,
): QueueMessage<Content> {
  return {
    content: draft.content,
    messageId: draft.messageId,
    state: 'gone',
    sequenceNumber: 0,
    enqueuedSequenceNumber: draft.enqueuedSequenceNumber ?? 0,
    enqueuedTime: now,
    timeToLive: Math.min(draft.timeToLive ?? Number.POSITIVE_INFINITY, longestTimeToLive),
    expiresAt: Number.POSITIVE_INFINITY,
    deliveryCount: 0,
    scheduledFor: draft.scheduledFor,
    isDeferred: false,
    lock: undefined,
    propertyChanges: undefined,
  };
}
