import Table from 'cli-table3';
import { SettingsError } from '../src/config.ts';
import { type CommandLine, readCommandLine, USAGE, UsageError } from '../src/dead-letters/command-line.ts';
import { confirm } from '../src/dead-letters/confirm.ts';
import { type DeadLetters, readDeadLetters, withDeadLetters } from '../src/dead-letters/dead-letters.ts';
import { exportDeadLetter } from '../src/dead-letters/export.ts';
import { type DeadLetterList, readList } from '../src/dead-letters/list.ts';
import { readBytes } from '../src/dead-letters/message-body.ts';
import { discard, replay } from '../src/dead-letters/replay.ts';
import { selectDeadLetters } from '../src/dead-letters/select.ts';
import { readDeadLetterSettings } from '../src/dead-letters/settings.ts';
import type { Settled } from '../src/dead-letters/settle-selection.ts';
import { bodyText, deadLetterText, failureText } from '../src/dead-letters/show.ts';
import { serviceBusFailure } from '../src/messaging/service-bus-failure.ts';
import { commandSettings } from './settings.ts';

const PROGRESS_EVERY_MS = 3_000;

function listText({ total, reasons }: DeadLetterList): string {
  const table = new Table({
    head: ['Reason', 'Count', 'Oldest', 'Newest', 'For example'],
    style: { head: [], border: [] },
  });
  for (const { reason, count, oldest, newest, example } of reasons)
    table.push([reason, count, oldest ?? '', newest ?? '', `#${example}`]);
  return total === 0 ? 'No dead letters.' : `${table}\n${total} in all`;
}

async function list(letters: DeadLetters, { filter, values }: CommandLine): Promise<number> {
  const found = await readList(letters, filter);
  console.log(values.json ? JSON.stringify(found, null, 2) : listText(found));
  return 0;
}

async function show(letters: DeadLetters, { filter, values }: CommandLine): Promise<number> {
  const objects: object[] = [];
  let found = 0;
  for await (const { headers, message, content } of readDeadLetters(letters, filter)) {
    found += 1;
    const body = values.body ? bodyText(readBytes(message)) : undefined;
    if (values.json) objects.push({ ...headers, content: content(), body });
    else
      console.log([deadLetterText(headers, content()), ...(body === undefined ? [] : [body]), ''].join('\n'));
  }
  if (values.json) console.log(JSON.stringify(objects, null, 2));
  if (found > 0) return 0;
  const { sequenceNumber } = filter;
  console.error(
    sequenceNumber === undefined ? 'None matches.' : `There is no dead letter #${sequenceNumber}.`,
  );
  return sequenceNumber === undefined ? 0 : 1;
}

async function exportAll(letters: DeadLetters, { filter, directory }: CommandLine): Promise<number> {
  let written = 0;
  for await (const entry of readDeadLetters(letters, filter)) {
    exportDeadLetter(directory, entry);
    written += 1;
  }
  console.log(`Wrote ${written} dead letters to ${directory}. The files hold personal data.`);
  return 0;
}

/** Aborted by the first Ctrl-C; the second one ends the process as always. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.once(name, () => {
      console.error('Finishing the message at hand. Once more ends at once.');
      controller.abort();
    });
  return controller.signal;
}

function reportProgress(): (done: number, total: number) => void {
  let shown = performance.now();
  return (done, total) => {
    if (performance.now() - shown < PROGRESS_EVERY_MS) return;
    shown = performance.now();
    console.error(`${done}/${total}`);
  };
}

function report(verb: string, { selected, done, failed, left, ended, error }: Settled): number {
  console.log(`${verb} ${done} of ${selected} dead letters.`);
  for (const failure of failed) console.log(failureText(failure));
  if (error !== undefined) console.error(`Stopped: ${error}`);
  if (ended === 'interrupted') console.error('Interrupted.');
  if (left > 0) {
    const why = ended === 'finished' ? ' Another receiver holds them, or took them.' : '';
    console.error(`${left} left.${why} Running it again, in a minute, is safe.`);
  }
  return failed.length === 0 && left === 0 ? 0 : 1;
}

async function settle(letters: DeadLetters, { command, filter, values }: CommandLine): Promise<number> {
  const discards = command === 'discard';
  const selection = await selectDeadLetters(letters, filter);
  const { total } = selection.list;
  const asks = discards && !values.yes;
  if (values['dry-run'] || total === 0 || asks) console.log(listText(selection.list));
  if (total === 0) return 0;
  if (values['dry-run']) {
    console.log(`Would ${command} these. Nothing was changed.`);
    return 0;
  }
  const terminal = { input: process.stdin, output: process.stderr };
  if (asks && !(await confirm(`Delete ${total} for good? Type yes: `, terminal))) {
    console.error('Nothing was deleted.');
    return 1;
  }
  const options = { signal: interruption(), onProgress: reportProgress() };
  if (discards) return report('Discarded', await discard(selection, options));
  return report('Replayed', await replay(letters, selection, options));
}

const COMMANDS = { list, show, replay: settle, discard: settle, export: exportAll } as const;

async function main(): Promise<number> {
  const commandLine = readCommandLine(process.argv.slice(2));
  const { command, values } = commandLine;
  if (command === 'help') {
    console.log(USAGE);
    return 0;
  }
  if (command === 'discard' && !values.yes && !values['dry-run'] && !process.stdin.isTTY)
    throw new UsageError('discard cannot ask here, because there is no terminal: say --yes.');
  return withDeadLetters(settingsFor(values), (letters) => COMMANDS[command](letters, commandLine));
}

function settingsFor(values: CommandLine['values']) {
  try {
    return readDeadLetterSettings(commandSettings(values), values);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

async function exitCode(): Promise<number> {
  try {
    return await main();
  } catch (error) {
    const wrongUse = error instanceof UsageError || error instanceof SettingsError;
    console.error(wrongUse ? error.message : serviceBusFailure(error).text);
    return wrongUse ? 2 : 1;
  }
}

const code = await exitCode();
// After a lost connection the SDK may keep trying for minutes, and the process alive. What was printed goes out first.
process.stdout.write('', () => process.exit(code));
