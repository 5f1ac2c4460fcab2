import type { Typed } from 'rhea';
import type { LinkFlow } from './performatives.ts';

/** A link whose deliveries a session keeps until the client has settled them. */
export interface DeliverySource {
  readonly handle: number;
  /**
   * The client's outcome of a delivery; returns the broker's answer, or undefined when the delivery stays
   * open.
   */
  onOutcome(tag: Buffer, state: Typed | undefined): Typed | undefined;
}

/** A session as its links see it. */
export interface LinkSession {
  /** Whether a transfer would go out now. */
  readonly canTransfer: boolean;
  /**
   * Sends a message; `settled` ones are not heard of again, for the others the link's `onOutcome` is called.
   */
  transfer(link: DeliverySource, tag: Buffer, settled: boolean, message: Buffer): void;
  writeFlow(link: LinkFlow | undefined): void;
  /** Answers a delivery that came from the client. */
  writeReceived(deliveryId: number, outcome: Typed): void;
}
