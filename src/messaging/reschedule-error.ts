import { serviceBusFailure } from './service-bus-failure.ts';

/** Neither done nor rescheduled: only the host can bring the message back. */
export class RescheduleError extends Error {
  override readonly name = 'RescheduleError';
  readonly dependency = 'serviceBus';

  constructor(cause: unknown) {
    const { text } = serviceBusFailure(cause);
    super(`The copy for the next try could not be sent. ${text}`, { cause });
  }
}
