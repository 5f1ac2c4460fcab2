import { existsSync } from 'node:fs';
import { Option } from 'commander';
import { type LocalLogLine, localLogPath } from '../../local/local-log.ts';
import { DEAD_LETTER_REASONS } from '../../src/dead-letter-reason.ts';
import { readGuid } from '../../src/dynamics/guid.ts';
import { SKIP_REASONS } from '../../src/dynamics/translation.ts';
import type { LogLine } from '../../src/log.ts';
import { EXIT, type ExitCode } from '../frame/exit-code.ts';
import { examples, jsonOption, presetOption } from '../frame/options.ts';
import type { Define } from '../frame/program.ts';
import type { Style } from '../frame/screen.ts';
import type { Session } from '../frame/session.ts';
import { suggesting } from '../frame/suggestions.ts';
import { UsageError } from '../frame/usage-error.ts';
import { followLog } from './follow.ts';
import { lineText } from './line-text.ts';

interface Options {
  readonly row?: string;
  readonly outcome?: string;
  readonly preset?: string;
  readonly follow: boolean;
  readonly json?: boolean;
}

const OUTCOMES = [
  'succeeded',
  'skipped',
  'hydrated',
  'duplicate',
  'retry',
  'deadlettered',
  'abandoned',
] as const satisfies readonly LogLine['outcome'][];

const ENDINGS: readonly string[] = [...OUTCOMES, ...DEAD_LETTER_REASONS, ...SKIP_REASONS];

/** A filter that nothing can pass is a slip, and would look as if nothing happened. */
function requireUsable({ row, outcome }: Options): void {
  if (outcome !== undefined && !ENDINGS.includes(outcome))
    throw new UsageError(`--outcome: nothing ends like this. There are ${ENDINGS.join(', ')}.`);
  if (row !== undefined && readGuid(row) === undefined)
    throw new UsageError('--row should be a GUID, as Dynamics shows it.');
}

function styleOf({ evt, level, outcome }: LocalLogLine): Style | undefined {
  if (outcome === 'deadlettered' || outcome === 'abandoned' || level === 'error') return 'red';
  if (outcome === 'retry' || evt === 'pause.started') return 'yellow';
  return outcome === undefined ? 'dim' : undefined;
}

/** Whether the options ask for the line. An outcome may also be a dead letter's reason. */
function isAskedFor(line: LocalLogLine, { row, outcome, preset }: Options): boolean {
  if (preset !== undefined && line.preset !== preset) return false;
  if (row !== undefined && line.recordId !== (readGuid(row) ?? row)) return false;
  return outcome === undefined || [line.outcome, line.deadLetterReason, line.skipReason].includes(outcome);
}

async function showLog(session: Session, options: Options): Promise<ExitCode> {
  requireUsable(options);
  const path = localLogPath(session.shell.project);
  if (!existsSync(path))
    throw new UsageError('There is no local log yet: "npm start" in another terminal begins one.');
  session.target(`Log of the local stack, ${path}`);
  const signal = options.follow ? session.interruption() : undefined;
  session.whenInterrupted('');
  let shown = 0;
  for await (const line of followLog(path, signal ? { signal } : {})) {
    if (!isAskedFor(line, options)) continue;
    shown += 1;
    if (options.json) session.json(line);
    else session.print(lineText(line), styleOf(line));
  }
  if (shown === 0) session.say('No line of the log matches.');
  return EXIT.done;
}

export const logCommand: Define = (parent, run) => {
  const command = parent
    .command('log')
    .summary('follows the log of the local stack')
    .description('Follows the log of the local stack, a readable line for each event, until Ctrl-C.')
    .option('--row <id>', 'of this row (a GUID)')
    .addOption(
      suggesting(
        new Option(
          '--outcome <outcome>',
          'with this outcome (succeeded, skipped, retry, deadlettered …), or this reason',
        ),
        ENDINGS,
      ),
    )
    .addOption(presetOption('of this connector of the local stack'))
    .option('--no-follow', 'ends after what is there')
    .addOption(jsonOption())
    .action(run<Options>(showLog));
  examples(command, [
    ['./connector log', 'what happens, until Ctrl-C'],
    ['./connector log --no-follow --outcome deadlettered', 'what was given up so far'],
  ]);
};
