import { serviceBusFailure } from './service-bus-failure.ts';

/** Neither done nor rescheduled: only the host can bring the message back. */
export class RescheduleError extends Error {
  override readonly name = 'RescheduleError';
  readonly dependency = 'serviceBus';
  /** No later try would fare better. */
  readonly isTooLarge: boolean;

  constructor(cause: unknown) {
    const { concerns, text } = serviceBusFailure(cause);
    super(`The copy for the next try could not be sent. ${text}`, { cause });
    this.isTooLarge = concerns === 'size';
  }
}
