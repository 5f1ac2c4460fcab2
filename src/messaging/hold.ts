import { holdDelay } from './backoff.ts';
import type { MessageOptions, MessageState } from './message.ts';
import { messageLine } from './message.ts';
import { RescheduleError } from './reschedule-error.ts';

/**
 * Keeps a message for a while, longer with each delivery, while the host renews its lock; once for each
 * delivery. What follows is mostly that it is abandoned, which brings it back at once.
 */
export async function hold(error: Error, state: MessageState, options: MessageOptions): Promise<void> {
  if (state.held) return;
  state.held = true;
  const { clock, log } = options;
  const now = clock.now();
  const delayMs = holdDelay(state.envelope.deliveryCount, now - state.startedAt);
  log('warn', {
    evt: 'message.held',
    ...messageLine(state, now),
    ...(error instanceof RescheduleError && { dependency: error.dependency }),
    errorCode: error.name,
    reason: error.message,
    delayMs,
  });
  await clock.sleep(delayMs);
}
