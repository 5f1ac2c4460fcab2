import { HOUR_MS } from '../duration.ts';
import type { AssignmentChange } from '../dynamics/assignment-change.ts';
import { type MessageOptions, type MessageState, messageLine } from './message.ts';

/** Does a change come without `versionnumber`? Then order and repetition within one second are not safe. */
export const lacksVersion = (changes: readonly AssignmentChange<unknown>[]): boolean =>
  changes.some(({ version }) => version.number === undefined);

/** Warns at most once an hour: a wrongly registered step says the same with every message. */
export class VersionNotice {
  private notBefore = Number.NEGATIVE_INFINITY;

  warn(state: MessageState, { log, clock }: Pick<MessageOptions, 'log' | 'clock'>): void {
    const now = clock.now();
    if (now < this.notBefore) return;
    this.notBefore = now + HOUR_MS;
    log('warn', {
      evt: 'message.versionMissing',
      ...messageLine(state, now),
      reason:
        'The image has no versionnumber: two changes of one second, or one that is posted twice, cannot be told apart. Select it for ' +
        'the images of the step ("./connector dataverse register" does).',
    });
  }
}
