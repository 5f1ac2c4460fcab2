import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { connectionString, resolveTrigger } from '../../../local/host/app-settings.ts';
import { readHostConfig } from '../../../local/host/host-config.ts';
import { httpRoute } from '../../../local/host/http-route.ts';
import { readTriggers } from '../../../local/host/triggers.ts';

const queue = { type: 'serviceBusTrigger', connection: 'SB', queueName: 'q' };

test('%Name% in a trigger becomes the setting of that name', () => {
  const metadata = { name: 'sync', bindings: { message: { ...queue, queueName: '%PREFIX%-%NAME%' } } };
  expect(resolveTrigger(metadata, { PREFIX: 'dev', NAME: 'events' })).toEqual({
    name: 'message',
    binding: { ...queue, queueName: 'dev-events' },
  });
  expect(() => resolveTrigger(metadata, { PREFIX: 'dev' })).toThrow(
    'Function "sync": %NAME% in its trigger names no setting. Set NAME',
  );
});

test('a connection names a setting with a connection string', () => {
  expect(connectionString('sync', 'SB', { SB: 'Endpoint=x' })).toBe('Endpoint=x');
  expect(connectionString('sync', 'SB', { AzureWebJobsSB: 'Endpoint=x' })).toBe('Endpoint=x');
  expect(() => connectionString('sync', 'SB', {})).toThrow('Set SB to a Service Bus connection string');
  expect(() => connectionString('sync', 'SB', { SB__fullyQualifiedNamespace: 'x' })).toThrow(
    'SB__fullyQualifiedNamespace is an identity-based connection',
  );
});

test('a queue trigger follows host.json where it does not say otherwise', () => {
  const config = hostConfig({ version: '2.0', extensions: { serviceBus: { autoCompleteMessages: false } } });
  const read = (option: object) =>
    readTriggers([{ name: 'sync', bindings: { m: { ...queue, ...option } } }], config, { SB: 'Endpoint=x' });
  expect(read({}).queues).toMatchObject([
    { queueName: 'q', connectionString: 'Endpoint=x', autoComplete: false },
  ]);
  expect(read({ autoCompleteMessages: true }).queues).toMatchObject([{ autoComplete: true }]);
});

const NO_SOURCE =
  'a Service Bus trigger without connection and either queueName or topicName and subscriptionName is';

test.each([
  [{ type: 'blobTrigger' }, 'blobTrigger is'],
  [{ topicName: 't' }, NO_SOURCE],
  [{ topicName: 't', subscriptionName: 's' }, NO_SOURCE],
  [{ queueName: undefined }, NO_SOURCE],
  [{ cardinality: 'many' }, 'batches (cardinality "many") are'],
  [{ isSessionsEnabled: true }, 'session queues (isSessionsEnabled) are'],
  [{ properties: { supportsDeferredBinding: 'true' } }, 'sdkBinding is'],
])('the trigger option %j is refused', (option, text) => {
  const functions = [{ name: 'sync', bindings: { m: { ...queue, ...option } } }];
  expect(() => readTriggers(functions, hostConfig({ version: '2.0' }), { SB: 'Endpoint=x' })).toThrow(
    `Function "sync": ${text} not served by this stand-in`,
  );
});

test.each([
  [undefined, '/api/ping', {}],
  ['', '/api', {}],
  ['a.b/{id}', '/api/a.b/1', { id: '1' }],
  ['a.b/{id}', '/api/axb/1', undefined],
  ['a/{id?}', '/api/a', { id: undefined }],
  ['a/{id?}', '/api/A/7/', { id: '7' }],
  ['a/{id}', '/api/a', undefined],
])('the route %j and the path %s', (route, path, parameters) => {
  const match = httpRoute('ping', 'request', { route }, 'api').path.exec(path);
  expect(match ? { ...match.groups } : undefined).toEqual(parameters);
});

test('route constraints are refused', () => {
  expect(() => httpRoute('ping', 'request', { route: '{id:int}' }, 'api')).toThrow(
    '"{id:int}" is not served',
  );
});

function hostConfig(hostJson: object) {
  const directory = mkdtempSync(join(tmpdir(), 'host-json-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  writeFileSync(join(directory, 'host.json'), JSON.stringify(hostJson));
  return readHostConfig(directory);
}

test('host.json gives concurrency, durations and log levels', () => {
  expect(hostConfig({ version: '2.0' })).toMatchObject({
    functionTimeoutMs: 1_800_000,
    routePrefix: 'api',
    logLevels: {},
    serviceBus: { prefetchCount: 0, maxAutoLockRenewalDurationMs: 300_000, autoCompleteMessages: true },
  });
  const serviceBus = { maxConcurrentCalls: 512, maxAutoLockRenewalDuration: '1.02:03:04.5' };
  const logging = { logLevel: { default: 'Error', Function: 'Debug' } };
  expect(
    hostConfig({ version: '2.0', functionTimeout: '-1', logging, extensions: { serviceBus } }),
  ).toMatchObject({
    functionTimeoutMs: undefined,
    logLevels: { default: 'error', Function: 'debug' },
    serviceBus: { maxConcurrentCalls: 512, maxAutoLockRenewalDurationMs: 93_784_500 },
  });
});

test.each([
  [{}, /host\.json: .*version/s],
  [
    { version: '2.0', functionTimeout: '5 minutes' },
    /a time span such as "00:05:00", got "5 minutes".*functionTimeout/s,
  ],
  [
    { version: '2.0', extensions: { serviceBus: { maxConcurrentCalls: 0 } } },
    /extensions\.serviceBus\.maxConcurrentCalls/,
  ],
])('host.json %j is refused with its place', (hostJson, text) => {
  expect(() => hostConfig(hostJson)).toThrow(text);
});
