import { HOUR_MS } from '../duration.ts';
import type { AssignmentChange } from '../dynamics/assignment-change.ts';
import type { Log, LogLine } from '../log.ts';

/** Does a change come without `versionnumber`? Then order and repetition within one second are not safe. */
export const lacksVersion = (changes: readonly AssignmentChange<unknown>[]): boolean =>
  changes.some(({ version }) => version.number === undefined);

/** Warns at most once an hour: a wrongly registered step says the same with every message. */
export class VersionNotice {
  private notBefore = Number.NEGATIVE_INFINITY;

  /** `line`: what every line about the message has. `now`: UTC epoch ms. */
  warn(line: Omit<LogLine, 'evt'>, log: Log, now: number): void {
    if (now < this.notBefore) return;
    this.notBefore = now + HOUR_MS;
    log('warn', {
      evt: 'message.versionMissing',
      ...line,
      reason:
        'The image has no versionnumber: two changes of one second, or one that is posted twice, cannot be told apart. Select it for ' +
        'the images of the step ("./connector dataverse register" does).',
    });
  }
}
