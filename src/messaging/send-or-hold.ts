import { hold } from './hold.ts';
import type { MessageOptions, MessageState } from './message.ts';
import { RescheduleError } from './reschedule-error.ts';

/**
 * Sends something to the queue; when that fails, once more after a hold, in which the sender may have come
 * back. Rejects with a `RescheduleError` that says `what` could not be sent.
 */
export async function sendOrHold(
  what: string,
  send: () => Promise<void>,
  state: MessageState,
  options: MessageOptions,
): Promise<void> {
  try {
    await send();
  } catch (error) {
    const failed = new RescheduleError(what, error);
    // No later try would fare better.
    if (failed.isTooLarge) throw failed;
    await hold(failed, state, options);
    await send().catch((second: unknown) => {
      throw new RescheduleError(what, second);
    });
  }
}
