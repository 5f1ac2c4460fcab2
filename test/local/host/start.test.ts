import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, realpathSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { spawnHost } from '../../../local/host/spawn.ts';
import { type AppSource, buildApp } from './build-app.ts';
import { startTestHost } from './start-host.ts';

test.each<[string, AppSource, string]>([
  [
    'an app that throws while loading, after its first function,',
    { code: `app.get('a', () => ({})); throw new Error('no such setting');` },
    'no such setting',
  ],
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

test.each([
  ['throws before its first function', `throw new Error('no such setting');`],
  ['registers none', 'export {};'],
])('an app that %s runs without functions, and only the debug log says so', async (_, code) => {
  const silent = await startTestHost({ code });
  expect(silent.functions).toEqual([]);
  expect(silent.logs).toEqual([]);
});

test('the debug log says why there are no functions', async () => {
  const hostJson = { logging: { logLevel: { 'Host.Startup': 'Debug' } } };
  const host = await startTestHost({ code: `throw new Error('no such setting');`, hostJson });
  expect(host.logs).toEqual(['debug : 0 functions found: no such setting']);
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
  const host = await startTestHost({
    code: `app.get('a', () => ({})); app.hook.appTerminate(() => console.log('terminated'));`,
  });
  await host.stop();
  expect(await host.exited).toBe(0);
  expect(host.logs).toContain('information : terminated');
  await expect(fetch(host.httpUrl)).rejects.toThrow();
});

test.each([
  ['the end of the process', 'process.exit(7)', 7, 'exit code 7'],
  ['a signal', `process.kill(process.pid, 'SIGTERM')`, null, 'SIGTERM'],
])('a worker that ends by %s ends its host in the same way, and that is said', async (_, end, code, how) => {
  const host = await startTestHost({
    code: `app.get('end', () => { ${end}; }); app.hook.appTerminate(() => console.log('terminated'));`,
  });
  await fetch(`${host.httpUrl}/api/end`).catch(() => undefined);
  expect(await host.exited).toBe(code);
  expect(host.logs).toContain(`error : The worker ended by itself (${how}), and so does this host`);
  expect(host.logs).not.toContain('information : terminated');
});

test('a worker that does not terminate within five seconds is killed', async () => {
  const host = await startTestHost({
    code: `app.get('a', () => ({})); app.hook.appTerminate(() => new Promise(() => {}));`,
  });
  const started = performance.now();
  await host.stop();
  expect(await host.exited).toBe(0);
  expect(performance.now() - started).toBeGreaterThan(4_900);
  expect(isAlive(host.workerPid())).toBe(false);
});

test('who kills a host kills its worker first, also one that is busy', async () => {
  const host = await startTestHost({
    code: `app.get('busy', () => { console.log('busy'); for (;;); });`,
  });
  void fetch(`${host.httpUrl}/api/busy`).catch(() => undefined);
  await expect.poll(() => host.logs).toContain('information : busy');
  await host.kill('SIGKILL');
  await expect.poll(() => isAlive(host.workerPid())).toBe(false);
});

test('the app runs in its own folder', async () => {
  const appDirectory = await buildApp({ code: `app.get('cwd', () => ({ body: process.cwd() }));` });
  const host = await startTestHost({ code: '' }, { appDirectory });
  expect(await (await fetch(`${host.httpUrl}/api/cwd`)).text()).toBe(realpathSync(appDirectory));
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

/** A process that was killed and whose parent is gone may wait for a while to be taken off the list (state Z). */
function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0) && !/^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error('no stdout');
  for await (const line of createInterface(child.stdout)) return line;
  throw new Error('the process wrote nothing');
}
