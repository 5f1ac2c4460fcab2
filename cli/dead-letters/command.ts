import Table from 'cli-table3';
import { type DeadLetters, readDeadLetters, withDeadLetters } from '../../src/dead-letters/dead-letters.ts';
import type { Filter } from '../../src/dead-letters/filter.ts';
import { type DeadLetterList, readList } from '../../src/dead-letters/list.ts';
import { readBytes } from '../../src/dead-letters/message-body.ts';
import { discard, replay } from '../../src/dead-letters/replay.ts';
import { selectDeadLetters } from '../../src/dead-letters/select.ts';
import type { Settled } from '../../src/dead-letters/settle-selection.ts';
import { serviceBusFailure } from '../../src/messaging/service-bus-failure.ts';
import { SettingsError } from '../../src/settings.ts';
import { type CommandLine, readCommandLine, USAGE, UsageError } from './command-line.ts';
import { exportDeadLetter } from './export.ts';
import { readDeadLetterSettings } from './settings.ts';
import { bodyText, deadLetterText, failureText } from './show.ts';

/** What the command has of the shell that it runs in. */
export interface Shell {
  readonly args: readonly string[];
  /** Throws an Error that says what is wrong with the settings. */
  readSettings(options: { local: boolean; preset: string }): Readonly<Record<string, string | undefined>>;
  /** One text to stdout, to stderr. */
  print(text: string): void;
  warn(text: string): void;
  /** Asks for a yes; `undefined` where nobody can answer. */
  readonly ask: ((question: string) => Promise<boolean>) | undefined;
  /** Called once, before something is changed: aborted by Ctrl-C from then on. */
  interruption(): AbortSignal;
}

const PROGRESS_EVERY_MS = 3_000;

function listText({ total, reasons }: DeadLetterList, filter: Filter): string {
  if (total === 0) {
    const all = Object.values(filter).every((value) => value === undefined);
    return all ? 'No dead letters.' : 'No dead letter matches.';
  }
  const table = new Table({
    head: ['Reason', 'Count', 'Oldest', 'Newest', 'For example'],
    style: { head: [], border: [] },
  });
  for (const { reason, count, oldest, newest, example } of reasons)
    table.push([reason, count, oldest ?? '', newest ?? '', `#${example}`]);
  return `${table}\n${total} in all`;
}

async function list(letters: DeadLetters, { filter, values }: CommandLine, shell: Shell): Promise<number> {
  const found = await readList(letters, filter);
  shell.print(values.json ? JSON.stringify(found, null, 2) : listText(found, filter));
  return 0;
}

async function show(letters: DeadLetters, { filter, values }: CommandLine, shell: Shell): Promise<number> {
  const objects: object[] = [];
  let found = 0;
  for await (const { headers, message, content } of readDeadLetters(letters, filter)) {
    found += 1;
    const body = values.body ? bodyText(readBytes(message)) : undefined;
    if (values.json) objects.push({ ...headers, content: content(), body });
    else
      shell.print([deadLetterText(headers, content()), ...(body === undefined ? [] : [body]), ''].join('\n'));
  }
  if (values.json) shell.print(JSON.stringify(objects, null, 2));
  if (found > 0) return 0;
  const { sequenceNumber } = filter;
  shell.warn(
    sequenceNumber === undefined ? 'No dead letter matches.' : `There is no dead letter #${sequenceNumber}.`,
  );
  return sequenceNumber === undefined ? 0 : 1;
}

async function exportAll(
  letters: DeadLetters,
  { filter, directory }: CommandLine,
  shell: Shell,
): Promise<number> {
  let written = 0;
  for await (const entry of readDeadLetters(letters, filter)) {
    exportDeadLetter(directory, entry);
    written += 1;
  }
  shell.print(`Wrote ${written} dead letters to ${directory}. The files hold personal data.`);
  return 0;
}

function reportProgress({ warn }: Shell): (done: number, total: number) => void {
  let shown = performance.now();
  return (done, total) => {
    if (performance.now() - shown < PROGRESS_EVERY_MS) return;
    shown = performance.now();
    warn(`${done}/${total}`);
  };
}

function report(verb: string, { selected, done, failed, left, ended, error }: Settled, shell: Shell): number {
  shell.print(`${verb} ${done} of ${selected} dead letters.`);
  for (const failure of failed) shell.print(failureText(failure));
  if (error !== undefined) shell.warn(`Stopped: ${error}`);
  if (ended === 'interrupted') shell.warn('Interrupted.');
  if (left > 0) {
    const why = ended === 'finished' ? ' Another receiver holds them, or took them.' : '';
    shell.warn(`${left} left.${why} Running it again, in a minute, is safe.`);
  }
  return failed.length === 0 && left === 0 ? 0 : 1;
}

async function settle(
  letters: DeadLetters,
  { command, filter, values }: CommandLine,
  shell: Shell,
): Promise<number> {
  const discards = command === 'discard';
  const selection = await selectDeadLetters(letters, filter);
  const { total } = selection.list;
  const asks = discards && !values.yes;
  if (values['dry-run'] || total === 0 || asks) shell.print(listText(selection.list, filter));
  if (total === 0) return 0;
  if (values['dry-run']) {
    shell.print(`Would ${command} these. Nothing was changed.`);
    return 0;
  }
  if (asks && !(await shell.ask?.(`Delete ${total} for good? Type yes: `))) {
    shell.warn('Nothing was deleted.');
    return 1;
  }
  const options = { signal: shell.interruption(), onProgress: reportProgress(shell) };
  if (discards) return report('Discarded', await discard(selection, options), shell);
  return report('Replayed', await replay(letters, selection, options), shell);
}

const COMMANDS = { list, show, replay: settle, discard: settle, export: exportAll } as const;

function settingsFor({ readSettings }: Shell, values: CommandLine['values']) {
  try {
    return readDeadLetterSettings(readSettings(values), values);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

async function run(shell: Shell): Promise<number> {
  const commandLine = readCommandLine(shell.args);
  const { command, values } = commandLine;
  if (command === 'help') {
    shell.print(USAGE);
    return 0;
  }
  if (command === 'discard' && !values.yes && !values['dry-run'] && !shell.ask)
    throw new UsageError('discard cannot ask here, because there is no terminal: say --yes.');
  const settings = settingsFor(shell, values);
  return withDeadLetters(settings, (letters) => COMMANDS[command](letters, commandLine, shell));
}

/** Runs one command and resolves with its exit code. Whatever goes wrong is told; it does not reject. */
export async function runCommand(shell: Shell): Promise<number> {
  try {
    return await run(shell);
  } catch (error) {
    const wrongUse = error instanceof UsageError || error instanceof SettingsError;
    shell.warn(wrongUse ? error.message : serviceBusFailure(error).text);
    return wrongUse ? 2 : 1;
  }
}
