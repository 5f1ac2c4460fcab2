import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { strFromU8, strToU8, unzipSync } from 'fflate';
import { beforeAll, describe, expect, test } from 'vitest';
import { deploymentZip, MAPPING_FILE } from '../../infra/package/deployment-zip.ts';
import { registeredFunctions } from '../../infra/package/registered-functions.ts';
import type { BindingInfo, FunctionMetadata } from '../../local/host/core-types.ts';
import { PARTS } from './zip-parts.ts';

const REPOSITORY = resolve(import.meta.dirname, '../..');
const COMMAND = join(REPOSITORY, 'infra/package/package.ts');
const run = promisify(execFile);

/** All that has no default. No address here is ever asked. */
const SETTINGS = {
  ServiceBusConnection__fullyQualifiedNamespace: 'nowhere.invalid',
  ServiceBusQueueName: 'assignments',
  AzureWebJobsStorage__blobServiceUri: 'https://nowhere.invalid',
  COR_API_KEY: 'key',
  COR_CLIENT_SECRET: 'secret',
};

let folder: string;
let zip: Buffer;
let output: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'package-test-'));
  const out = join(folder, 'app.zip');
  output = (await run(process.execPath, [COMMAND, '--out', out])).stdout;
  zip = readFileSync(out);
  return () => rmSync(folder, { recursive: true, force: true });
});

/** Trigger and outputs of each function, without what the library adds for itself. */
function bindingsOf(functions: readonly FunctionMetadata[]): Record<string, BindingInfo[]> {
  return Object.fromEntries(
    functions.map(({ name, bindings }) => [
      name,
      Object.values(bindings).map(({ name: _, direction: __, properties: ___, ...binding }) => binding),
    ]),
  );
}

const http = (authLevel: string, method: string, route: string) => [
  { type: 'httpTrigger', authLevel, methods: [method], route },
  { type: 'http' },
];

const OTHER_FUNCTIONS = {
  dueUsers: [{ type: 'timerTrigger', schedule: '0 7 * * * *' }],
  health: http('anonymous', 'GET', 'health'),
  healthDetails: http('function', 'GET', 'health/details'),
  listDeadLetters: http('function', 'GET', 'dead-letters'),
  replayDeadLetters: http('function', 'POST', 'dead-letters'),
};

const serviceBus = (source: object) => [
  {
    type: 'serviceBusTrigger',
    connection: 'ServiceBusConnection',
    autoCompleteMessages: true,
    dataType: 'binary',
    ...source,
  },
];

const QUEUE = { queueName: '%ServiceBusQueueName%' };

const SUBSCRIPTION = {
  topicName: '%ServiceBusTopicName%',
  subscriptionName: '%ServiceBusSubscriptionName%',
};

describe('the deployment zip', () => {
  test('holds host.json, package.json and the bundle with what it loads when it needs it, nothing else', () => {
    const files = unzipSync(zip);
    expect(Object.keys(files).sort()).toEqual([
      'dist/at-hand.cjs',
      'dist/azure-identity.cjs',
      'dist/azure-service-bus.cjs',
      'dist/azure-storage-blob.cjs',
      'dist/common.cjs',
      'dist/credential.cjs',
      'dist/grpc-grpc-js.cjs',
      'dist/index.cjs',
      'dist/look-ups.cjs',
      'dist/open-telemetry.cjs',
      'dist/run-in-thread.cjs',
      'dist/run-thread.cjs',
      'host.json',
      'package.json',
    ]);
    const root = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8'));
    expect(JSON.parse(strFromU8(files['package.json'] ?? new Uint8Array()))).toEqual({
      name: root.name,
      version: root.version,
      private: true,
      type: 'commonjs',
      main: 'dist/index.cjs',
    });
    expect(Buffer.from(files['host.json'] ?? [])).toEqual(readFileSync(join(REPOSITORY, 'host.json')));
  });

  test('is announced with its path, its size and its functions', () => {
    expect(output).toMatch(/app\.zip: \d+ kB$/m);
    expect(output).toContain(
      'Functions: health, healthDetails, syncAssignments, dueUsers, listDeadLetters, replayDeadLetters',
    );
  });

  test('registers exactly these functions for a queue, far from any node_modules', async () => {
    expect(bindingsOf(await registeredFunctions(zip, SETTINGS))).toEqual({
      ...OTHER_FUNCTIONS,
      syncAssignments: serviceBus(QUEUE),
    });
  });

  test('registers a second one for a topic, for the copies that go to the queue', async () => {
    const topic = { ServiceBusTopicName: 'changes', ServiceBusSubscriptionName: 'cor' };
    expect(bindingsOf(await registeredFunctions(zip, { ...SETTINGS, ...topic }))).toEqual({
      ...OTHER_FUNCTIONS,
      syncAssignments: serviceBus(SUBSCRIPTION),
      syncRetries: serviceBus(QUEUE),
    });
  });

  test('compares with Dataverse by timers only where an environment is named', async () => {
    const dataverse = { DATAVERSE_URL: 'https://contoso.crm.dynamics.com', VERIFY_SCHEDULE: '0 0 4 * * 0' };
    expect(bindingsOf(await registeredFunctions(zip, { ...SETTINGS, ...dataverse }))).toEqual({
      ...OTHER_FUNCTIONS,
      syncAssignments: serviceBus(QUEUE),
      reconcile: [{ type: 'timerTrigger', schedule: '0 0 3 * * *' }],
      verify: [{ type: 'timerTrigger', schedule: '0 0 4 * * 0' }],
      reconcileReports: http('function', 'GET', 'reconcile'),
    });
  });

  test('needs nothing but Node, itself and the module that the worker provides', () => {
    const files = Object.entries(unzipSync(zip)).filter(([path]) => path.endsWith('.cjs'));
    const required = files.flatMap(([, bytes]) =>
      [...strFromU8(bytes).matchAll(/\b(?:require|import)\("([^"]+)"\)/g)].map(([, name = '']) => name),
    );
    expect(required).toContain('node:async_hooks');
    const own = required
      .filter((name) => /^\.\/[\w-]+\.cjs$/.test(name))
      .map((name) => `dist/${name.slice(2)}`);
    // Nothing is missing, and nothing lies there that nobody loads.
    // A thread's file is named where it is started.
    const started = ['dist/index.cjs', 'dist/run-thread.cjs'];
    expect(new Set([...own, ...started])).toEqual(new Set(files.map(([path]) => path)));
    const foreign = required.filter(
      (name) => !name.startsWith('node:') && !builtinModules.includes(name) && !name.startsWith('.'),
    );
    expect([...new Set(foreign)]).toEqual(['@azure/functions-core']);
  });
});

test('the same parts give the same bytes, in another process and another time zone', async () => {
  const program = `
    import { createHash } from 'node:crypto';
    import { deploymentZip } from ${JSON.stringify(new URL('../../infra/package/deployment-zip.ts', import.meta.url).href)};
    const bytes = (text) => new TextEncoder().encode(text);
    const zip = deploymentZip({
      name: 'app', version: '1.0.0', main: 'dist/index.cjs', bundle: bytes('void 0;'), hostJson: bytes('{"version":"2.0"}'),
    });
    console.log(createHash('sha256').update(zip).digest('hex'));`;
  const here = createHash('sha256')
    .update(deploymentZip({ ...PARTS, bundle: strToU8('void 0;') }))
    .digest('hex');
  const args = ['--input-type=module', '--eval', program];
  const { stdout } = await run(process.execPath, args, { env: { TZ: 'Pacific/Auckland' } });
  expect(stdout.trim()).toBe(here);
});

describe('with a mapping of one’s own', () => {
  const preset = join(REPOSITORY, 'src/dynamics/presets/project-team.json');

  test('the app finds it by its name in the app’s folder', async () => {
    const mapping = readFileSync(preset);
    expect(unzipSync(deploymentZip({ ...PARTS, mapping }))[MAPPING_FILE]).toEqual(Uint8Array.from(mapping));
    const reader = strToU8(`
      const { state } = JSON.parse(require('node:fs').readFileSync(process.env.MAPPING, 'utf8'));
      require('@azure/functions-core').registerFunction({ name: state.column, bindings: {} }, () => {});`);
    const own = deploymentZip({ ...PARTS, bundle: reader, mapping });
    expect(await registeredFunctions(own, { MAPPING: MAPPING_FILE })).toMatchObject([{ name: 'statecode' }]);
  });

  test('a cross-reference lies beside it, under no name that the zip has', () => {
    const mapping = readFileSync(preset);
    const ids = strToU8('dynamicsId,corId\n');
    const packed = unzipSync(deploymentZip({ ...PARTS, mapping, crossReferences: { 'ids.csv': ids } }));
    expect(packed['ids.csv']).toEqual(ids);
    expect(() => deploymentZip({ ...PARTS, mapping, crossReferences: { 'host.json': ids } })).toThrow(
      'cannot be called host.json',
    );
  });

  test('a wrong one is refused before anything is written', async () => {
    const out = join(folder, 'never.zip');
    const wrong = join(REPOSITORY, 'host.json');
    await expect(run(process.execPath, [COMMAND, '--mapping', wrong, '--out', out])).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('cannot be used'),
    });
    expect(existsSync(out)).toBe(false);
  });
});
