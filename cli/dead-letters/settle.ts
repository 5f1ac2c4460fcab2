import type { DeadLetterEntry } from '../../src/dead-letters/dead-letters.ts';
import { discard, replay } from '../../src/dead-letters/replay.ts';
import { replayCopy } from '../../src/dead-letters/replay-copy.ts';
import type { Settled } from '../../src/dead-letters/settle.ts';
import { EXIT, type ExitCode, worse } from '../frame/exit-code.ts';
import type { Session } from '../frame/session.ts';
import { findDeadLetters } from './find.ts';
import { sayMissing } from './list.ts';
import { type Options, openDeadLetters, readFilter, requireChoice } from './options.ts';
import { letterTable, reasonTable } from './tables.ts';
import { createSentCopies, waitForEnd } from './wait.ts';

export interface SettleOptions extends Options {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly wait?: boolean;
}

/** Up to so many are shown one by one before they are settled, more of them by reason. */
const MAX_SHOWN = 20;

/** Says what was done; the exit code. */
export function report(verb: string, settled: Settled, session: Session): ExitCode {
  const { selected, done, failed, left, ended, error } = settled;
  session.print(`${verb} ${done} of ${selected} dead letters.`);
  for (const failure of failed)
    session.print(`  #${failure.sequenceNumber} in the ${failure.from}: ${failure.error}`, 'red');
  if (error !== undefined) session.say(`Stopped: ${error}`, 'red');
  if (ended === 'interrupted') session.say('Interrupted.');
  if (left > 0) {
    const why = ended === 'finished' ? ' Another receiver holds them, or took them.' : '';
    session.say(`${left} left.${why} Running it again, in a minute, is safe.`);
  }
  if (ended === 'stopped') return EXIT.cannotReach;
  return failed.length === 0 && left === 0 ? EXIT.done : EXIT.differs;
}

/** Runs the settling with a bar, so that Ctrl-C ends it after the message at hand. */
export async function withProgress(
  verb: string,
  session: Session,
  work: (options: { signal: AbortSignal; onProgress(done: number, total: number): void }) => Promise<Settled>,
): Promise<Settled> {
  const progress = session.progress(verb);
  try {
    return await work({
      signal: session.interruption(),
      onProgress: (done, total) => progress.update(done, total),
    });
  } finally {
    progress.end();
  }
}

async function settle(
  command: 'replay' | 'discard',
  session: Session,
  options: SettleOptions,
  numbers: readonly string[],
): Promise<ExitCode> {
  const filter = readFilter(options, numbers);
  requireChoice(options, filter);
  const discards = command === 'discard';
  if (discards && !options.dryRun) session.requireAnswer(options.yes);
  const copies = createSentCopies();
  const code = await openDeadLetters(session, options, async (letters) => {
    const entries: DeadLetterEntry[] = [];
    const selection = await findDeadLetters(letters, filter, session, (entry) => entries.push(entry));
    const missing = sayMissing(session, entries, numbers);
    const { total } = selection.list;
    if (total === 0) return missing;
    if (options.dryRun || (discards && !options.yes))
      session.table(total <= MAX_SHOWN ? letterTable(entries) : reasonTable(selection.list));
    if (options.dryRun) {
      session.say(`Would ${command} ${total === 1 ? 'this one' : `these ${total}`}. Nothing was changed.`);
      return missing;
    }
    if (discards && !(await session.confirm(`Delete ${total} for good?`, options.yes))) {
      session.say('Nothing was deleted.');
      return EXIT.differs;
    }
    const settled = await withProgress(discards ? 'Discarded' : 'Replayed', session, (run) =>
      discards
        ? discard(selection, run)
        : replay(letters, selection, run, (message) => copies.noting(replayCopy(message))),
    );
    return worse(report(discards ? 'Discarded' : 'Replayed', settled, session), missing);
  });
  return options.wait && copies.size > 0 ? worse(code, await waitForEnd(session, options, copies)) : code;
}

export const replayLetters = (session: Session, options: SettleOptions, numbers: readonly string[]) =>
  settle('replay', session, options, numbers);

export const discardLetters = (session: Session, options: SettleOptions, numbers: readonly string[]) =>
  settle('discard', session, options, numbers);
