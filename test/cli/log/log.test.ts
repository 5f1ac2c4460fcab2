import { EventEmitter } from 'node:events';
import { appendFileSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { followLog } from '../../../cli/log/follow.ts';
import { localLogPath, openLocalLog } from '../../../local/local-log.ts';
import { connector } from '../run-connector.ts';

const ROW = '5b0f9f4e-3c86-4d0c-b4a4-0f9b7d6e0001';

function projectWithLog() {
  const project = mkdtempSync(join(tmpdir(), 'log-'));
  onTestFinished(() => rmSync(project, { recursive: true, force: true }));
  const write = openLocalLog(project);
  write('a', {
    evt: 'message.completed',
    outcome: 'succeeded',
    operation: 'Create',
    recordId: ROW,
    corCalls: 1,
    durationMs: 12,
  });
  write('b', {
    evt: 'message.retried',
    outcome: 'retry',
    operation: 'Update',
    recordId: 'x',
    delayMs: 5_000,
    errorCode: 'ZC001',
    httpStatus: 404,
  });
  write('b', { evt: 'pause.started', reason: '\u001b[2Jslow' });
  write('b', undefined);
  return { project, write };
}
const TIME = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d\d:\d\d {2}/gm;

test('log shows a readable line for each event of the local log, and filters', async () => {
  const { project } = projectWithLog();
  const shown = async (...args: string[]) => {
    const { stdout, code } = await connector(['log', '--no-follow', ...args], { project });
    expect(code).toBe(0);
    return stdout.replaceAll(TIME, '');
  };
  const [first, second, third] = [
    `succeeded  Create ${ROW}  COR calls 1; 12 ms  [a]\n`,
    'retry  Update x  ZC001, HTTP 404; again in 5 s  [b]\n',
    'pause.started  reason \\u001b[2Jslow  [b]\n',
  ];
  expect(await shown()).toBe(first + second + third);
  expect(await shown('--row', `{${ROW.toUpperCase()}}`)).toBe(first);
  expect(await shown('--outcome', 'retry')).toBe(second);
  expect(await shown('--preset', 'b')).toBe(second + third);
  expect(JSON.parse(await shown('--json', '--outcome', 'retry'))).toMatchObject({
    preset: 'b',
    errorCode: 'ZC001',
  });
  expect(statSync(localLogPath(project)).mode & 0o777).toBe(0o600);
});

test('log follows what comes until Ctrl-C', async () => {
  const { project, write } = projectWithLog();
  const signals = new EventEmitter();
  const following = connector(['log', '--preset', 'c'], { project, signals });
  write('c', { evt: 'late' });
  // Ended by the line itself, not by a time.
  const path = localLogPath(project);
  for await (const line of followLog(path, { signal: AbortSignal.timeout(10_000) }))
    if (line.evt === 'late') break;
  setTimeout(() => signals.emit('SIGINT'), 400);
  const { code, stdout } = await following;
  expect(stdout.replaceAll(TIME, '')).toBe('late  [c]\n');
  expect(code).toBe(0);
});

test('a line that is written half comes when it is whole, and a log that was begun anew is read from its beginning', async () => {
  const { project } = projectWithLog();
  const path = localLogPath(project);
  const lines = followLog(path, { signal: AbortSignal.timeout(10_000), from: statSync(path).size });
  const whole = JSON.stringify({ time: 't', preset: 'c', evt: 'halved' });
  appendFileSync(path, whole.slice(0, 10));
  const next = lines.next();
  appendFileSync(path, `${whole.slice(10)}\n`);
  expect((await next).value).toMatchObject({ evt: 'halved' });
  openLocalLog(project)('c', { evt: 'anew' });
  expect((await lines.next()).value).toMatchObject({ evt: 'anew' });
});

test('without a local log it says how to begin one', async () => {
  const { code, stderr } = await connector(['log']);
  expect(stderr).toMatch(/^There is no local log yet: "npm start"/);
  expect(code).toBe(2);
});

test.each([
  [['--outcome', 'suceeded'], '--outcome: nothing ends like this. There are succeeded, skipped,'],
  [['--row', '12'], '--row should be a GUID'],
])('%j would never match: that is wrong use', async (args, text) => {
  const { code, stdout, stderr } = await connector(['log', '--no-follow', ...args]);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain(text);
});
