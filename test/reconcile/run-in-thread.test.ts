import type { ResourceLimits } from 'node:worker_threads';
import { afterEach, expect, test, vi } from 'vitest';
import { startLocalDataverse } from '../../local/dataverse/local-dataverse.ts';
import type { LogLevel, LogLine } from '../../src/log.ts';
import { runInThread } from '../../src/reconcile/run-in-thread.ts';

const SETTINGS = {
  ServiceBusConnection: 'Endpoint=sb://127.0.0.1;SharedAccessKeyName=n;SharedAccessKey=k',
  ServiceBusQueueName: 'q',
  COR_API_KEY: 'key',
  COR_CLIENT_SECRET: 'secret',
  LedgerStorage: 'memory',
};

afterEach(() => {
  vi.unstubAllEnvs();
});

/** The lines of one run with these settings. */
async function linesOf(
  settings: Readonly<Record<string, string>>,
  signal: AbortSignal,
  limits?: ResourceLimits,
) {
  for (const [name, value] of Object.entries({ ...SETTINGS, ...settings })) vi.stubEnv(name, value);
  const lines: [LogLevel, LogLine][] = [];
  await runInThread({ verify: false, signal, log: (level, line) => lines.push([level, line]) }, limits);
  return lines;
}

async function startDataverse() {
  const dataverse = await startLocalDataverse({ rows: { assignments: 3_000, users: 10, projects: 5 } });
  return {
    settings: { DATAVERSE_URL: dataverse.url, DATAVERSE_STATIC_TOKEN: dataverse.token },
    close: () => dataverse.close(),
  };
}

test('a run that cannot begin is told by one line', async () => {
  expect(await linesOf({}, new AbortController().signal)).toEqual([
    ['error', expect.objectContaining({ evt: 'reconcile.failed', errorCode: 'SettingsError' })],
  ]);
});

test('a run ends when the app is to end', async () => {
  const dataverse = await startDataverse();
  const lines = await linesOf(dataverse.settings, AbortSignal.abort());
  await dataverse.close();
  expect(lines).toEqual([
    ['error', expect.objectContaining({ evt: 'reconcile.failed', errorCode: 'stopped' })],
  ]);
});

test('a run that needs more memory than it may have is told by one line, and the process goes on', async () => {
  const dataverse = await startDataverse();
  const little = { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 8 };
  const lines = await linesOf(dataverse.settings, new AbortController().signal, little);
  await dataverse.close();
  const errorCode = 'ERR_WORKER_OUT_OF_MEMORY';
  const reason = expect.stringContaining('more memory than a comparison may have');
  expect(lines).toEqual([
    ['error', { evt: 'reconcile.failed', durationMs: expect.any(Number), errorCode, reason }],
  ]);
});
