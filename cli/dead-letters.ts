import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { confirm } from '../src/dead-letters/confirm.ts';
import { type DeadLetters, readDeadLetters, withDeadLetters } from '../src/dead-letters/dead-letters.ts';
import { exportDeadLetter } from '../src/dead-letters/export.ts';
import { type Filter, filterSchema } from '../src/dead-letters/filter.ts';
import { type DeadLetterList, readList } from '../src/dead-letters/list.ts';
import { readBytes } from '../src/dead-letters/message-body.ts';
import { discard, replay } from '../src/dead-letters/replay.ts';
import { selectDeadLetters } from '../src/dead-letters/select.ts';
import { serviceBusFailure } from '../src/dead-letters/service-bus-failure.ts';
import { readDeadLetterSettings } from '../src/dead-letters/settings.ts';
import type { Settled } from '../src/dead-letters/settle-selection.ts';
import { bodyText, deadLetterText, failureText } from '../src/dead-letters/show.ts';
import { commandSettings } from './settings.ts';

const USAGE = `The messages that the connector gave up, and what to do with them.

  npm run dead-letters -- list [--json]            how many there are of each reason, the oldest, the newest
  npm run dead-letters -- show NUMBER              one of them: reason, description, what it would change (no personal data)
  npm run dead-letters -- show --reason REASON     all of this reason; --json; --body adds the bodies as they were sent
  npm run dead-letters -- replay [--dry-run]       puts them back into the queue, the oldest first
  npm run dead-letters -- discard [--dry-run]      deletes them for good; asks first, unless --yes
  npm run dead-letters -- export DIRECTORY         the body and the metadata of each in a file

Which ones (all commands; together they narrow down; without any: all)
  --reason REASON   --user EXTERNAL_ID   --before TIME (enqueued before, ISO 8601)   --max N (the oldest)
Where (default: local.settings.json and the environment, as the app)
  --namespace NAME with your own Azure login   --queue NAME   --local [--preset NAME] the running local stack
Exit code: 0 ok, 1 some failed or were left, 2 wrong use.`;

const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  list: ['json'],
  show: ['json', 'body'],
  replay: ['dry-run'],
  discard: ['dry-run', 'yes'],
  export: [],
};

const PROGRESS_EVERY_MS = 3_000;

class UsageError extends Error {}

function readCommandLine() {
  const { values, positionals } = parseArgs({
    options: {
      json: { type: 'boolean', default: false },
      body: { type: 'boolean', default: false },
      'dry-run': { type: 'boolean', default: false },
      yes: { type: 'boolean', default: false },
      reason: { type: 'string' },
      user: { type: 'string' },
      before: { type: 'string' },
      max: { type: 'string' },
      queue: { type: 'string' },
      namespace: { type: 'string' },
      local: { type: 'boolean', default: false },
      preset: { type: 'string', default: 'resource-assignment' },
      help: { type: 'boolean', short: 'h', default: false },
    },
    allowPositionals: true,
  });
  const [command = '', argument, ...rest] = positionals;
  const own = COMMANDS[command];
  if (values.help) return { command: 'help', argument, values, filter: {} };
  if (!own) throw new UsageError(command ? `There is no command "${command}".\n\n${USAGE}` : USAGE);
  const foreign = ['json', 'body', 'dry-run', 'yes'].find(
    (name) => values[name as 'json'] && !own.includes(name),
  );
  if (foreign) throw new UsageError(`--${foreign} does not go with ${command}.`);
  if (rest.length > 0 || (argument !== undefined && command !== 'show' && command !== 'export'))
    throw new UsageError(`${command} was given too much: "${rest[0] ?? argument}".`);
  return { command, argument, values, filter: readFilter(command, argument, values) };
}

type Values = ReturnType<typeof readCommandLine>['values'];

function readFilter(
  command: string,
  argument: string | undefined,
  { reason, user, before, max }: { reason?: string; user?: string; before?: string; max?: string },
): Filter {
  const asked = { reason, user, before, max: max === undefined ? undefined : Number(max) };
  const parsed = filterSchema.safeParse(asked);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      (issue) => `--${issue.path.join('.')} should be ${issue.message}.`,
    );
    throw new UsageError(problems.join('\n'));
  }
  if (command === 'export' && argument === undefined)
    throw new UsageError('export needs the directory to write to.');
  if (command !== 'show') return parsed.data;
  const filtered = Object.values(asked).some((value) => value !== undefined);
  if (argument === undefined && !filtered)
    throw new UsageError('show needs a sequence number, or --reason, --user, --before or --max.');
  if (argument === undefined) return parsed.data;
  if (!/^\d+$/.test(argument)) throw new UsageError(`show needs a sequence number, not "${argument}".`);
  return { ...parsed.data, sequenceNumber: argument };
}

function listText({ total, reasons }: DeadLetterList): string {
  const table = new Table({
    head: ['Reason', 'Count', 'Oldest', 'Newest', 'For example'],
    style: { head: [], border: [] },
  });
  for (const { reason, count, oldest, newest, example } of reasons)
    table.push([reason, count, oldest ?? '', newest ?? '', `#${example}`]);
  return total === 0 ? 'No dead letters.' : `${table}\n${total} in all`;
}

async function show(letters: DeadLetters, filter: Filter, { json, body }: Values): Promise<number> {
  const objects: object[] = [];
  let found = 0;
  for await (const { headers, message, content } of readDeadLetters(letters, filter)) {
    found += 1;
    const bodyShown = body && bodyText(readBytes(message));
    if (json) objects.push({ ...headers, content: content(), ...(body && { body: bodyShown }) });
    else console.log([deadLetterText(headers, content()), ...(body ? [bodyShown] : []), ''].join('\n'));
  }
  if (json) console.log(JSON.stringify(objects, null, 2));
  if (found > 0) return 0;
  console.error(
    filter.sequenceNumber ? `There is no dead letter #${filter.sequenceNumber}.` : 'None matches.',
  );
  return filter.sequenceNumber ? 1 : 0;
}

async function exportAll(letters: DeadLetters, filter: Filter, directory: string): Promise<number> {
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

function report(verb: string, { selected, done, failed, left, ended, error }: Settled): number {
  console.log(`${verb} ${done} of ${selected} dead letters.`);
  for (const failure of failed) console.log(failureText(failure));
  if (error !== undefined) console.error(`Stopped: ${error}`);
  if (ended === 'interrupted') console.error('Interrupted.');
  if (left > 0) {
    const why = ended === 'finished' ? ' Another receiver holds them, or took them.' : '';
    console.error(`${left} left.${why} Running it again, in a minute, is safe.`);
  }
  return failed.length === 0 && left === 0 && ended === 'finished' ? 0 : 1;
}

async function settle(
  letters: DeadLetters,
  filter: Filter,
  command: 'replay' | 'discard',
  values: Values,
): Promise<number> {
  const signal = interruption();
  const selection = await selectDeadLetters(letters, filter, signal);
  const { total } = selection.list;
  if (values['dry-run'] || total === 0) {
    console.log(listText(selection.list));
    if (total > 0) console.log(`Would ${command} these. Nothing was changed.`);
    return 0;
  }
  if (command === 'discard' && !values.yes) {
    console.log(listText(selection.list));
    const { stdin: input, stderr: output } = process;
    if (!(await confirm(`Delete ${total} for good? Type yes: `, { input, output }))) {
      console.error('Nothing was deleted.');
      return 1;
    }
  }
  let shown = performance.now();
  const onProgress = (done: number, all: number) => {
    if (performance.now() - shown < PROGRESS_EVERY_MS) return;
    shown = performance.now();
    console.error(`${done}/${all}`);
  };
  const options = { signal, onProgress };
  if (command === 'discard') return report('Discarded', await discard(selection, options));
  return report('Replayed', await replay(letters, selection, options));
}

async function main(): Promise<number> {
  const { command, argument, values, filter } = readCommandLine();
  if (command === 'help') {
    console.log(USAGE);
    return 0;
  }
  if (command === 'discard' && !values.yes && !values['dry-run'] && !process.stdin.isTTY)
    throw new UsageError('discard cannot ask here, because there is no terminal: say --yes.');
  const settings = settingsFor(values);
  return withDeadLetters(settings, async (letters) => {
    switch (command) {
      case 'list': {
        const list = await readList(letters, filter);
        console.log(values.json ? JSON.stringify(list, null, 2) : listText(list));
        return 0;
      }
      case 'show':
        return show(letters, filter, values);
      case 'export':
        return exportAll(letters, filter, argument ?? '');
      default:
        return settle(letters, filter, command as 'replay' | 'discard', values);
    }
  });
}

function settingsFor(values: Values) {
  try {
    return readDeadLetterSettings(commandSettings(values), values);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  const usage =
    error instanceof UsageError || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS');
  if (usage) console.error((error as Error).message);
  else console.error(serviceBusFailure(error).text);
  process.exitCode = usage ? 2 : 1;
}
