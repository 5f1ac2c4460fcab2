import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readStackFile, removeStackFile, runningStacks, writeStackFile } from '../../local/stack-file.ts';

function project(): string {
  const folder = mkdtempSync(join(tmpdir(), 'stack-file-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** A process that runs until the test ends. */
function livingPid(): number {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child.pid ?? 0;
}

test('commands reach the stack that was started last, and the first one again when that has ended', () => {
  const folder = project();
  const first = livingPid();
  writeStackFile(folder, { preset: { COR_BASE_URL: 'first' } }, first);
  const path = join(folder, `.local/stack-${first}.json`);
  utimesSync(path, 1, 1);
  writeStackFile(folder, { preset: { COR_BASE_URL: 'second' } });
  expect(runningStacks(folder)).toHaveLength(2);
  expect(readStackFile(folder).preset?.COR_BASE_URL).toBe('second');
  removeStackFile(folder);
  expect(readStackFile(folder).preset?.COR_BASE_URL).toBe('first');
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('the file of a start that was killed is noticed and removed', async () => {
  const folder = project();
  const child = spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' });
  await once(child, 'exit');
  writeStackFile(folder, { preset: {} }, child.pid);
  expect(() => readStackFile(folder)).toThrow(
    /^No local stack is running \(the last one was killed\): start it with/,
  );
  expect(existsSync(join(folder, `.local/stack-${child.pid}.json`))).toBe(false);
  expect(() => readStackFile(folder)).toThrow(/^No local stack is running: start it with "npm start"/);
});
