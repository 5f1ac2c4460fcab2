import { serviceBusFailure } from './service-bus-failure.ts';

/** Neither done nor rescheduled: only the host can bring the message back. */
export class RescheduleError extends Error {
  override readonly name = 'RescheduleError';
  readonly dependency = 'serviceBus';
  /** No later try would fare better. */
  readonly isTooLarge: boolean;

  /** `what`: what could not be sent, as the beginning of a sentence. */
  constructor(what: string, cause: unknown) {
    const { concerns, text } = serviceBusFailure(cause);
    super(`${what} could not be sent. ${text}`, { cause });
    this.isTooLarge = concerns === 'size';
  }
}
