import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { spawnHost } from '../../../local/host/spawn.ts';
import { type AppSource, buildApp } from './build-app.ts';
import { startTestHost } from './start-host.ts';

test.each<[string, AppSource, string]>([
  ['an app that throws while loading', { code: `throw new Error('no such setting');` }, 'no such setting'],
  ['an app without functions', { code: 'export {};' }, 'registered no functions'],
  [
    'a trigger it does not serve',
    { code: `app.storageBlob('copy', { connection: 'S', path: 'a/{b}', handler: () => {} });` },
    'Function "copy": blobTrigger is not served',
  ],
  [
    'a connection string that is none',
    { code: `app.serviceBusQueue('sync', { connection: 'HOME', queueName: 'q', handler: () => {} });` },
    'Function "sync": its connection is not a Service Bus connection string',
  ],
  [
    'HTTP streaming',
    { code: `app.setup({ enableHttpStream: true }); app.get('a', () => ({}));` },
    'enableHttpStream is not served',
  ],
])('refuses %s, with the reason', async (_, source, text) => {
  const appDirectory = await buildApp(source);
  await expect(spawnHost({ appDirectory })).rejects.toThrow(text);
});

test('gives up on an app that does not finish loading', async () => {
  const appDirectory = await buildApp({
    code: `app.get('a', () => ({})); app.hook.appStart(() => new Promise(() => {}));`,
  });
  await expect(spawnHost({ appDirectory, readyMs: 1000 })).rejects.toThrow('not ready within 1000 ms');
});

test('names the exit code and the error output of an app that ends the process', async () => {
  const appDirectory = await buildApp({ code: `console.error('bye'); process.exit(7);` });
  await expect(spawnHost({ appDirectory })).rejects.toThrow(/exit code 7.*bye/);
});

test('loads an ES module app, with its settings and the command line of a worker', async () => {
  const host = await startTestHost(
    {
      code: `
        const atLoad = { setting: process.env.SOME_SETTING, argv: process.argv.slice(2) };
        app.get('show', async () => ({ jsonBody: atLoad }));`,
      format: 'esm',
    },
    { env: { SOME_SETTING: 'set' }, commandLine: 'functions-uri' },
  );
  const response = await fetch(`${host.httpUrl}/api/show`);
  const { setting, argv } = (await response.json()) as { setting: string; argv: string[] };
  expect(setting).toBe('set');
  expect(argv[0]).toBe('--functions-uri');
  expect(argv[1]).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
  expect(argv).toContain('--functions-grpc-max-message-length');
  expect(host.functions.map(({ name }) => name)).toEqual(['show']);
});

test('stops when told to, after the termination hooks', async () => {
  const output: string[] = [];
  const host = await startTestHost(
    { code: `app.get('a', () => ({})); app.hook.appTerminate(() => console.log('terminated'));` },
    { onOutput: (text) => output.push(text) },
  );
  await host.stop();
  expect(await host.exited).toBe(0);
  expect(output.join('')).toContain('terminated');
  await expect(fetch(host.httpUrl)).rejects.toThrow();
});

test('runs as a plain process and ends on SIGTERM', async () => {
  const cwd = await buildApp({ code: `app.get('a', () => ({}));` });
  const child = spawn(process.execPath, [new URL('../../../local/host/main.ts', import.meta.url).pathname], {
    cwd,
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  expect(await firstLine(child)).toMatch(/^Listening on http:\/\/127\.0\.0\.1:\d+, functions: a$/);
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
});

test('does not outlive a parent that was killed', async () => {
  const appDirectory = await buildApp({ code: `app.get('a', () => ({}));` });
  const spawnUrl = new URL('../../../local/host/spawn.ts', import.meta.url).href;
  const parent = spawn(process.execPath, [
    '--input-type=module',
    '--eval',
    `import { spawnHost } from '${spawnUrl}';
     const host = await spawnHost({ appDirectory: ${JSON.stringify(appDirectory)} });
     console.log(host.httpUrl);`,
  ]);
  onTestFinished(() => void parent.kill('SIGKILL'));
  const url = `${await firstLine(parent)}/api/a`;
  const answers = () =>
    fetch(url).then(
      () => true,
      () => false,
    );
  expect(await answers()).toBe(true);
  parent.kill('SIGKILL');
  await expect.poll(answers, { timeout: 5000, interval: 10 }).toBe(false);
});

async function firstLine(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error('no stdout');
  for await (const line of createInterface(child.stdout)) return line;
  throw new Error('the process wrote nothing');
}
