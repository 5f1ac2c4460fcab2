/** Duplicate detection: the message ids of a window of time (Service Bus docs, "Duplicate detection"). */
export class SentIds {
  readonly #windowMs: number;
  /** In the order in which they were sent, so the oldest comes first. */
  readonly #sent = new Map<string, { readonly sequenceNumber: number; readonly until: number }>();

  /** `windowMs` 0 keeps nothing. */
  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  /** The sequence number of the message that was sent under this id within the window. */
  firstOf(messageId: string, now: number): number | undefined {
    for (const [id, { until }] of this.#sent) {
      if (until > now) break;
      this.#sent.delete(id);
    }
    return this.#sent.get(messageId)?.sequenceNumber;
  }

  remember(messageId: string, sequenceNumber: number, now: number): void {
    if (this.#windowMs > 0) this.#sent.set(messageId, { sequenceNumber, until: now + this.#windowMs });
  }
}
