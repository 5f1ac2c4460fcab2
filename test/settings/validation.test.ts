import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readLedgerSettings, readSettings, SettingsError } from '../../src/settings.ts';

type Environment = Record<string, string | undefined>;

/** As few settings as will do. */
const LEAST: Environment = {
  ServiceBusConnection: 'Endpoint=sb://x/;SharedAccessKeyName=n;SharedAccessKey=not-to-be-shown',
  ServiceBusQueueName: 'assignments',
  COR_API_KEY: 'key-not-to-be-shown',
  COR_CLIENT_SECRET: 'secret-not-to-be-shown',
  AzureWebJobsStorage: 'AccountName=a;AccountKey=not-to-be-shown',
};

function problemsOf(more: Environment): string {
  try {
    readSettings({ ...LEAST, ...more });
  } catch (error) {
    expect(error).toBeInstanceOf(SettingsError);
    return (error as Error).message;
  }
  throw new Error('The settings were taken.');
}

function mappingFile(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'settings-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'mapping.json');
  writeFileSync(path, text);
  return path;
}

test('what is left out has a default', () => {
  const { mapping, ...settings } = readSettings(LEAST);
  expect(mapping.table).toBe('msdyn_resourceassignment');
  expect(settings).toEqual({
    source: { kind: 'queue', queue: 'assignments' },
    serviceBus: { connectionString: LEAST.ServiceBusConnection },
    ledger: { connectionString: LEAST.AzureWebJobsStorage },
    cor: {
      baseUrl: 'https://integrations.projectcor.com',
      tokenUrl: 'https://api.projectcor.com/v1/oauth/token',
      apiKey: LEAST.COR_API_KEY,
      clientSecret: LEAST.COR_CLIENT_SECRET,
      concurrency: 16,
      timeoutMs: 30_000,
      createMissingWorkspaces: false,
    },
    retryWindowMs: 24 * 3_600_000,
    unmappedGraceMs: 15 * 60_000,
  });
});

test('an empty setting is one that is left out', () => {
  const empty = Object.fromEntries(
    ['COR_TIMEOUT', 'COR_BASE_URL', 'COR_CONCURRENCY', 'MAPPING', 'LedgerStorage', 'ServiceBusTopicName'].map(
      (name) => [name, ' '],
    ),
  );
  expect(readSettings({ ...LEAST, ...empty })).toEqual(readSettings(LEAST));
  expect(problemsOf({ COR_API_KEY: '' })).toContain('COR_API_KEY: should be');
});

describe('a setting that does not fit is named, with what it should be:', () => {
  const WHOLE = 'a whole number from 1 to 1000';
  const cases: [name: string, value: string | undefined, text: string][] = [
    ['ServiceBusQueueName', undefined, 'the name of the queue that Dataverse posts to'],
    ['COR_API_KEY', undefined, 'the API key from COR > Settings > Integrations > API'],
    ['COR_CLIENT_SECRET', undefined, 'the client secret that belongs to COR_API_KEY'],
    ['COR_BASE_URL', 'integrations.projectcor.com', 'a URL such as https://integrations.projectcor.com'],
    ['COR_BASE_URL', 'ftp://integrations.projectcor.com', 'a URL such as'],
    ['COR_TOKEN_URL', 'not a URL', 'a URL such as https://api.projectcor.com/v1/oauth/token'],
    ['COR_CONCURRENCY', '0', WHOLE],
    ['COR_CONCURRENCY', '1001', WHOLE],
    ['COR_CONCURRENCY', '1.5', WHOLE],
    ['COR_CONCURRENCY', 'many', WHOLE],
    ['COR_TIMEOUT', '30', 'a duration such as 30s (units ms, s, m, h, d)'],
    ['COR_TIMEOUT', '50ms', 'a duration such as 30s'],
    ['COR_TIMEOUT', '3m', 'a duration such as 30s'],
    ['COR_CREATE_MISSING_WORKSPACES', 'yes', '`true` or `false`'],
    ['RETRY_WINDOW', '15d', 'a duration such as 24h'],
    ['RETRY_WINDOW', '-1h', 'a duration such as 24h'],
    ['UNMAPPED_GRACE', 'a while', 'a duration such as 15m'],
  ];
  test.each(cases)('%s %s', (name, value, text) => {
    const problems = problemsOf({ [name]: value });
    expect(problems).toContain(`- ${name}: should be ${text}`);
    expect(problems.match(/^ {2}- /gm)).toHaveLength(1);
  });

  test('Service Bus without connection string or namespace', () => {
    expect(problemsOf({ ServiceBusConnection: undefined })).toContain(
      'ServiceBusConnection: should be a connection string, or set ServiceBusConnection__fullyQualifiedNamespace',
    );
  });

  test('a topic without a subscription, and the reverse', () => {
    expect(problemsOf({ ServiceBusTopicName: 't' })).toContain(
      'ServiceBusSubscriptionName: needed beside ServiceBusTopicName',
    );
    expect(problemsOf({ ServiceBusSubscriptionName: 's' })).toContain(
      'ServiceBusTopicName: needed beside ServiceBusSubscriptionName',
    );
  });

  test('no place for the ledger', () => {
    const text = 'LedgerStorage: should be a connection string, or set LedgerStorage__blobServiceUri';
    expect(problemsOf({ AzureWebJobsStorage: undefined })).toContain(text);
    expect(() => readLedgerSettings({})).toThrow(text);
  });

  test('a mapping that is not there, is no JSON, or is none', () => {
    expect(problemsOf({ MAPPING: 'resource-assignments' })).toMatch(
      /MAPPING: .*cannot be read \(ENOENT\)\. Use one of the presets resource-assignment, project-team, or the path/,
    );
    expect(problemsOf({ MAPPING: mappingFile('{') })).toMatch(/MAPPING: .*is no JSON/);
    expect(problemsOf({ MAPPING: mappingFile('{"table":"T"}') })).toMatch(/MAPPING: .*\/table should be/s);
  });
});

test('all that is wrong is said at once, and no value is repeated', () => {
  const problems = problemsOf({
    COR_API_KEY: undefined,
    COR_TOKEN_URL: 'wrong-not-to-be-shown',
    COR_CONCURRENCY: 'wrong-not-to-be-shown',
    RETRY_WINDOW: 'wrong-not-to-be-shown',
  });
  for (const name of ['COR_API_KEY', 'COR_TOKEN_URL', 'COR_CONCURRENCY', 'RETRY_WINDOW'])
    expect(problems).toContain(`- ${name}: `);
  expect(problems).not.toContain('not-to-be-shown');
});

test('an identity takes the place of a connection string', () => {
  const settings = readSettings({
    ...LEAST,
    ServiceBusConnection: undefined,
    ServiceBusConnection__fullyQualifiedNamespace: 'ns.servicebus.windows.net',
    ServiceBusConnection__clientId: 'id',
    AzureWebJobsStorage: undefined,
    AzureWebJobsStorage__accountName: 'account',
  });
  expect(settings.serviceBus).toEqual({ address: 'ns.servicebus.windows.net', clientId: 'id' });
  expect(settings.ledger).toEqual({ address: 'https://account.blob.core.windows.net' });
});

test('a ledger of its own goes before the storage of the host', () => {
  const own = readSettings({ ...LEAST, LedgerStorage__blobServiceUri: 'https://own.blob.core.windows.net' });
  expect(own.ledger).toEqual({ address: 'https://own.blob.core.windows.net' });
  expect(readSettings({ ...LEAST, LedgerStorage: 'memory' }).ledger).toBe('memory');
});

test('in topic form copies still go to the queue', () => {
  const { source } = readSettings({ ...LEAST, ServiceBusTopicName: 't', ServiceBusSubscriptionName: 's' });
  expect(source).toEqual({ kind: 'topic', topic: 't', subscription: 's', queue: 'assignments' });
});
