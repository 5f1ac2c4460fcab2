import { resolve } from 'node:path';
import { confirm } from './confirm.ts';
import { printableLine } from './printable.ts';
import { createProgress, type Progress } from './progress.ts';
import { createScreen, type Screen } from './screen.ts';
import type { Shell } from './shell.ts';
import { UsageError } from './usage-error.ts';

/** What a running command works with. */
export interface Session extends Screen {
  readonly shell: Shell;
  /**
   * Says what the command works on (namespace, queue, storage account, environment): before anything else,
   * and again in every question.
   */
  target(text: string): void;
  /** Asks for a yes; without a terminal it throws `UsageError`. `true` at once with `yes`, the option. */
  confirm(question: string, yes: boolean | undefined): Promise<boolean>;
  /** Throws `UsageError` where `confirm` could not ask: before anything is looked at. */
  requireAnswer(yes: boolean | undefined): void;
  progress(what: string): Progress;
  /**
   * From now on the first Ctrl-C aborts this signal and the command ends in order; the second ends the
   * process.
   */
  interruption(): AbortSignal;
  /** What Ctrl-C says from now on. At first: that nothing was changed. */
  whenInterrupted(text: string): void;
  /** The path of a file that is named among the arguments. */
  path(argument: string): string;
}

interface RunningSession extends Session {
  /** Lets go of the terminal and the signals. */
  end(): void;
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
/** What a shell says of a program that Ctrl-C has ended. */
const EXIT_INTERRUPTED = 130;

export function startSession(shell: Shell): RunningSession {
  const screen = createScreen(shell);
  let targeted = '';
  let said = 'Interrupted. Nothing was changed.';
  let running: Progress | undefined;
  let graceful: AbortController | undefined;

  function onSignal(): void {
    running?.end();
    if (graceful && !graceful.signal.aborted) {
      screen.say('Finishing what is at hand. Once more ends at once.');
      graceful.abort();
      return;
    }
    screen.say(said);
    shell.exit(EXIT_INTERRUPTED);
  }
  for (const name of SIGNALS) shell.signals.on(name, onSignal);

  const requireAnswer = (yes: boolean | undefined) => {
    if (!yes && !shell.input.isTTY) throw new UsageError('There is no terminal to ask on: say --yes.');
  };
  return {
    ...screen,
    shell,
    target(text) {
      targeted = text;
      screen.say(text, 'dim');
    },
    requireAnswer,
    async confirm(question, yes) {
      requireAnswer(yes);
      if (yes) return true;
      if (targeted) screen.say(targeted, 'bold');
      return confirm(`${printableLine(question)} Type yes: `, shell);
    },
    progress(what) {
      running = createProgress(what, shell);
      return running;
    },
    interruption() {
      graceful = new AbortController();
      said = 'Ended. What was under way may or may not be done: running it again is safe.';
      return graceful.signal;
    },
    whenInterrupted(text) {
      said = text;
    },
    path: (argument) => resolve(shell.folder, argument),
    end() {
      running?.end();
      for (const name of SIGNALS) shell.signals.off(name, onSignal);
    },
  };
}
