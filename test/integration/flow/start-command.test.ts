import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

const PROJECT = resolve(import.meta.dirname, '../../..');
const START = join(PROJECT, 'local/start.ts');

interface Running {
  readonly child: ChildProcess;
  output(): string;
  /** Resolves when the text has been written. */
  wrote(text: string): Promise<void>;
  readonly exited: Promise<number | string | null>;
}

/** Starts a command as the leader of a process group, as a terminal does. */
function run(command: string, args: readonly string[], cwd: string): Running {
  const child = spawn(command, args, { cwd, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      for (const listener of listeners) listener();
    });
  const exited = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | string | null);
  onTestFinished(() => {
    for (const pid of groupOf(child)) kill(pid, 'SIGKILL');
  });
  return {
    child,
    output: () => output,
    exited,
    wrote: (text) =>
      new Promise((done, reject) => {
        const look = () => output.includes(text) && done();
        listeners.add(look);
        look();
        void exited.then((how) =>
          reject(new Error(`Ended with ${how} before it wrote "${text}":\n${output}`)),
        );
      }),
  };
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended.
  }
}

/** The living processes of the child's group: what it started, and what those started. */
function groupOf({ pid }: ChildProcess): number[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,pgid=,stat='], { encoding: 'utf8' }).split('\n');
  return lines.flatMap((line) => {
    const [one, group, state] = line.trim().split(/\s+/);
    return Number(group) === pid && !state?.startsWith('Z') ? [Number(one)] : [];
  });
}

/** A folder whose `npm start` is the project's without the build: this is about what npm leaves behind. */
function folderWithStart(): string {
  const folder = mkdtempSync(join(tmpdir(), 'start-command-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const start = `true && "${process.execPath}" "${START}"`;
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, scripts: { start } }));
  return folder;
}

const TIMEOUT_MS = 120_000;

/** Up within 5 s on a quiet machine; twice that is allowed, and more on one that has more to do than it has cores. */
function longestStart(): number {
  return 10_000 * Math.max(1, (loadavg()[0] ?? 0) / availableParallelism());
}

test('--once plays every sample, shows what came of it, and exits 0', { timeout: TIMEOUT_MS }, async () => {
  const { output, exited, child } = run(process.execPath, [START, '--once'], PROJECT);
  expect(await exited, output()).toBe(0);
  expect(output()).toContain('Every sample ended as its name says.');
  expect(output()).toContain('What COR holds on 2026-03-04');
  expect(output()).not.toContain('✘');
  for (const reason of ['NotJson', 'TruncatedMessage', 'MissingImage', 'CorEntityNotMapped'])
    expect(output()).toContain(reason);
  const up = Number(/Up after (\d+) ms/.exec(output())?.[1]);
  expect(up).toBeLessThan(longestStart());
  expect(groupOf(child)).toEqual([]);
});

test('kill -9 of npm leaves nothing behind; Ctrl-C ends everything at once', {
  timeout: TIMEOUT_MS,
}, async () => {
  const folder = folderWithStart();
  // Both at a time: each is a whole system of its own.
  const killed = run('npm', ['start'], folder);
  const interrupted = run('npm', ['start'], folder);
  await Promise.all([killed, interrupted].map(({ wrote }) => wrote('Up after')));

  // npm, a shell, the stack, storage and two processes of the connector.
  expect(groupOf(killed.child).length).toBeGreaterThanOrEqual(5);
  kill(killed.child.pid ?? 0, 'SIGKILL');
  expect(await killed.exited).toBe('SIGKILL');
  await expect.poll(() => groupOf(killed.child), { timeout: TIMEOUT_MS / 2 }).toEqual([]);

  const asked = performance.now();
  // A terminal's Ctrl-C goes to the whole group.
  process.kill(-(interrupted.child.pid ?? 0), 'SIGINT');
  await interrupted.exited;
  await expect.poll(() => groupOf(interrupted.child), { timeout: TIMEOUT_MS / 2 }).toEqual([]);
  expect(performance.now() - asked).toBeLessThan(longestStart());
});
