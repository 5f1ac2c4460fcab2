import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Broker, startBroker } from '../../../local/broker/broker.ts';
import type { CorSandbox } from '../../../local/cor/cor-sandbox.ts';
import { startCorSandbox } from '../../../local/cor/sandbox.ts';
import { type LocalStorage, startLocalStorage } from '../../../local/storage/azurite.ts';
import { connectTo, registerAll, startFake, step, TOKEN } from '../dataverse/dataverse-fixture.ts';
import { connector, temporaryFolder } from '../run-connector.ts';

let broker: Broker;
let cor: CorSandbox;
let storage: LocalStorage;
beforeAll(async () => {
  [broker, cor, storage] = await Promise.all([
    startBroker({ queues: [{ name: 'assignments' }] }),
    startCorSandbox(),
    startLocalStorage(),
  ]);
});
afterAll(() => Promise.all([broker.stop(), cor.stop(), storage.stop()]));

const settings = () => ({
  ServiceBusConnection: broker.connectionString,
  ServiceBusQueueName: 'assignments',
  LedgerStorage: storage.connectionString,
  COR_BASE_URL: cor.baseUrl,
  COR_TOKEN_URL: cor.tokenUrl,
  COR_API_KEY: cor.apiKey,
  COR_CLIENT_SECRET: cor.clientSecret,
});

/** A folder with programs of these names, for PATH: each is a shell script. */
function programs(scripts: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  for (const [name, script] of Object.entries(scripts)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  return folder;
}

interface Found {
  readonly about: string;
  readonly state: string;
  readonly text: string;
  readonly todo?: string;
}

async function doctor(env: Readonly<Record<string, string>>) {
  const { code, stdout, stderr } = await connector(['doctor', '--json'], { env });
  const found = JSON.parse(stdout) as Found[];
  return { code, stdout, stderr, of: (about: string) => found.find((one) => one.about === about), found };
}

const LOGGED_IN = {
  az: `case "$1" in account) echo '{"name":"Sub","tenantId":"t-1"}';; keyvault) [ "$7" = cor ] && echo '"id"';; esac`,
  azd: `echo '{"status":"success"}'`,
};

test('where all is well each line says so, and nothing was changed', async () => {
  const fake = await startFake();
  await registerAll(connectTo(fake));
  const before = fake.requests.length;
  const { code, found } = await doctor({
    ...settings(),
    PATH: programs(LOGGED_IN),
    KEY_VAULT_NAME: 'vault',
    COR_SECRET_NAME: 'cor',
    DATAVERSE_URL: fake.url,
    DATAVERSE_STATIC_TOKEN: TOKEN,
  });
  expect(found.filter(({ state }) => state !== 'ok')).toEqual([
    { about: 'queue, duplicates', state: 'skipped', text: 'a queue of the local stack' },
  ]);
  expect(found.map(({ about }) => about)).toEqual([
    'Node.js',
    'az login',
    'azd login',
    'vault',
    'proxy',
    'settings',
    'queue, read',
    'dead letters, read',
    'queue, send',
    'queue, duplicates',
    'ledger, read',
    'COR, token',
    'Dataverse, organization',
    'Dataverse, rows',
    'Dataverse, steps',
  ]);
  expect(code).toBe(0);
  expect(fake.requests.slice(before).filter(({ method }) => method !== 'GET')).toEqual([]);
  expect(broker.counts('assignments')).toMatchObject({ enqueued: 0 });
});

test('each thing that is wrong says what to do, and does not keep the others from being looked at', async () => {
  const fake = await startFake();
  await registerAll(connectTo(fake));
  step(fake, 'Delete').mode = 0;
  const { code, of, stdout, stderr } = await doctor({
    ...settings(),
    PATH: programs({ az: 'exit 1', azd: 'exit 1' }),
    HTTPS_PROXY: 'http://user:hunter2@proxy.example:8080',
    KEY_VAULT_NAME: 'vault',
    COR_SECRET_NAME: 'cor',
    ServiceBusQueueName: 'other',
    COR_CLIENT_SECRET: 'hunter2',
    DATAVERSE_URL: fake.url,
    DATAVERSE_STATIC_TOKEN: TOKEN,
    DATAVERSE_ORGANIZATION_ID: '00000000-0000-0000-0000-000000000009',
  });
  expect(of('az login')).toMatchObject({ state: 'unsure', todo: 'az login' });
  expect(of('azd login')).toMatchObject({ state: 'unsure', todo: 'azd auth login' });
  expect(of('vault')).toMatchObject({ state: 'failed' });
  expect(of('proxy')).toMatchObject({ state: 'unsure', todo: 'export NO_PROXY=localhost,127.0.0.1' });
  for (const about of ['queue, read', 'dead letters, read', 'queue, send'])
    expect(of(about)).toMatchObject({ state: 'failed', text: expect.stringContaining('no such queue') });
  expect(of('ledger, read')).toMatchObject({ state: 'ok' });
  expect(of('COR, token')).toMatchObject({
    state: 'failed',
    todo: expect.stringContaining('COR_CLIENT_SECRET'),
  });
  expect(of('Dataverse, organization')).toMatchObject({ state: 'failed' });
  expect(code).toBe(1);
  expect(stdout + stderr).not.toContain('hunter2');
});

test('steps that differ are told, and a login without rights', async () => {
  const fake = await startFake();
  await registerAll(connectTo(fake));
  step(fake, 'Delete').mode = 0;
  const env = { ...settings(), PATH: programs({}), DATAVERSE_URL: fake.url };
  const [differ, refused] = await Promise.all([
    doctor({ ...env, DATAVERSE_STATIC_TOKEN: TOKEN }),
    doctor({ ...env, DATAVERSE_STATIC_TOKEN: 'another' }),
  ]);
  expect(differ.of('az login')).toMatchObject({ text: 'the Azure CLI is not installed' });
  expect(differ.of('Dataverse, steps')).toMatchObject({
    state: 'unsure',
    text: 'not as the mapping needs them (1)',
    todo: './connector dataverse check names each',
  });
  expect(differ.code).toBe(0);
  expect(refused.of('Dataverse, organization')).toMatchObject({
    state: 'failed',
    text: expect.stringContaining('HTTP 401'),
  });
  expect(refused.code).toBe(1);
});

test('settings that do not fit are named, without their values', async () => {
  const { code, of, stdout } = await doctor({ PATH: programs({}), ServiceBusConnection: 'hunter2' });
  expect(of('settings')?.text).toContain('COR_API_KEY: should be');
  expect(code).toBe(1);
  expect(stdout).not.toContain('hunter2');
});

test('a terminal gets a line each with what to do below it', async () => {
  const { stdout, stderr, code } = await connector(['doctor'], {
    env: { PATH: programs({}), NO_COLOR: '1' },
    columns: 80,
  });
  expect(stderr).toBe('local.settings.json and the environment\n');
  expect(stdout).toMatch(
    /^✔ Node\.js: \d+\.\d+\.\d+\n! az login: the Azure CLI is not installed\n {4}Install it/,
  );
  expect(code).toBe(1);
});
