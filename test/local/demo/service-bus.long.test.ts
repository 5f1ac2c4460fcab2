import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { startBroker } from '../../../local/broker/broker.ts';
import { listSamples } from '../../../local/events/samples.ts';

const REPOSITORY = join(import.meta.dirname, '../../..');
const PRESETS = ['resource-assignment', 'project-team'];

function start(serviceBus: string, env: Readonly<Record<string, string>> = {}) {
  const file = join(REPOSITORY, 'local/start.ts');
  return promisify(execFile)(process.execPath, [file, '--once', '--service-bus', serviceBus], {
    cwd: REPOSITORY,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
  });
}

test('npm start plays against another Service Bus, and says where without its key', async () => {
  // A broker of its own stands for a namespace: what the built-in one gets nobody would see here.
  const broker = await startBroker({ queues: PRESETS.map((name) => ({ name })) });
  onTestFinished(() => broker.stop());
  const { stdout, stderr } = await start('env:THEIR_BUS', { THEIR_BUS: broker.connectionString });
  const text = `${stdout}${stderr}`;
  expect(text).toContain('Every sample ended as its name says.');
  expect(text).not.toContain(/SharedAccessKey=([^;]+)/.exec(broker.connectionString)?.[1]);
  const handled = PRESETS.map((queue) => broker.counts(queue)).reduce(
    (sum, { completed, deadLettered }) => sum + completed + deadLettered,
    0,
  );
  expect(handled).toBeGreaterThanOrEqual(listSamples().length);
});

test('what is no connection string is refused before anything is started', async () => {
  for (const wrong of ['sb://namespace', 'env:NOT_SET'])
    await expect(start(wrong)).rejects.toThrow('--service-bus should be a connection string');
});
