import { execFile, spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import stringWidth from 'string-width';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readStackFile } from '../../local/stack-file.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const START_WITHIN_MS = 180_000;

let stack: ReturnType<typeof spawn>;

/** The local stack with its samples played: some of them ended as dead letters. */
beforeAll(async () => {
  stack = spawn(process.execPath, [join(PROJECT, 'local/start.ts')], {
    cwd: PROJECT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  await new Promise<void>((done, reject) => {
    stack.stdout?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (output.includes('Still running.')) done();
    });
    stack.once('exit', (code) => reject(new Error(`The stack ended with ${code}:\n${output}`)));
  });
}, START_WITHIN_MS);
afterAll(async () => {
  const ended = new Promise((done) => stack.once('exit', done));
  stack.kill('SIGTERM');
  await ended;
});

/** What a person sees: util-linux's script gives the command a terminal of so many columns. */
function onTerminal(
  columns: number,
  command: string,
): Promise<{ code: number; raw: string; screen: string }> {
  const typed = `stty cols ${columns} rows 50; ${join(PROJECT, 'connector')} ${command}`;
  return new Promise((done) => {
    execFile(
      'script',
      ['-qec', typed, '/dev/null'],
      { cwd: PROJECT, env: { ...process.env, TERM: 'xterm' } },
      (error, raw) =>
        done({
          code: Number(error?.code ?? 0),
          raw,
          screen: stripVTControlCharacters(raw).replaceAll('\r\n', '\n'),
        }),
    );
  });
}

interface Letter {
  readonly sequenceNumber: string;
  readonly reason: string;
  readonly content: {
    readonly record?: string;
    readonly changes: readonly { user: string; workspace: string }[];
  };
}

async function lettersOf(reason: string): Promise<Letter[]> {
  const { stdout } = await new Promise<{ stdout: string }>((done) => {
    const args = ['dead-letters', 'list', '--local', '--json', '--reason', reason];
    execFile(join(PROJECT, 'connector'), args, { cwd: PROJECT }, (_error, out) => done({ stdout: out }));
  });
  return (JSON.parse(stdout) as { letters: Letter[] }).letters;
}

test.each([60, 80, 100, 130])(
  'at %i columns no line is longer, and every id is whole',
  async (columns) => {
    const [letter] = await lettersOf('CorEntityNotMapped');
    for (const command of [
      'dead-letters list --local',
      'ledger list --local',
      'dead-letters replay --help',
      '--help',
    ]) {
      const { raw, screen } = await onTerminal(columns, command);
      for (const line of screen.split('\n')) expect(stringWidth(line)).toBeLessThanOrEqual(columns);
      if (command.startsWith('dead-letters list')) {
        expect(screen).toContain(letter?.content.record);
        expect(raw).toContain('\u001b[1m');
      }
    }
  },
  120_000,
);

test('from a dead letter to its end: why, mend, replay, wait, and what COR holds', async () => {
  const [letter] = await lettersOf('CorEntityNotMapped');
  const [change] = letter?.content.changes ?? [];
  const shown = await onTerminal(80, `dead-letters show ${letter?.sequenceNumber} --local`);
  expect(shown.screen).toContain('Create the user or workspace in COR');

  // What the description says: the workspace is created in COR.
  const settings = readStackFile(PROJECT)['resource-assignment'];
  await fetch(`${settings?.COR_BASE_URL}/admin/workspaces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ id: change?.workspace }),
  });
  const replayed = await onTerminal(80, `dead-letters replay ${letter?.sequenceNumber} --wait --local`);
  expect(replayed.screen).toContain('1 of 1 are done, 0 came back as dead letters.');
  expect(replayed.code).toBe(0);
  const ledger = await onTerminal(80, `ledger show ${change?.user} --local --verify`);
  expect(ledger.screen).toContain(change?.workspace);
  expect(ledger.screen).toContain('COR holds what the ledger says');
  expect(ledger.code).toBe(0);
}, 120_000);

test('send says what came of an event', async () => {
  const file = 'local/events/messages/resource-assignment/20-unknown-workspace.CorEntityNotMapped.json';
  const again = await onTerminal(80, `send ${file}`);
  expect(again.screen).toMatch(/duplicate\n {2}COR: nothing changed/);
  expect(again.code).toBe(0);
}, 60_000);
