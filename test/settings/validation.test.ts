import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readLedgerSettings, readSettings } from '../../src/settings.ts';
import { LEAST, problemsOf } from './least-settings.ts';

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
    reconcile: { schedule: '0 0 3 * * *' },
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
      source: 'MICROSOFT_DYNAMICS',
      createMissingWorkspaces: false,
    },
    retryWindowMs: 24 * 3_600_000,
    unmappedGraceMs: 15 * 60_000,
    warnings: [],
  });
});

test('a source that COR does not document is taken, with a warning that names those it does', () => {
  const { cor, warnings } = readSettings({ ...LEAST, COR_SOURCE: ' SERVICENOW ' });
  expect(cor.source).toBe('SERVICENOW');
  expect(warnings).toEqual([expect.stringMatching(/COR_SOURCE: .*"SERVICENOW".*MICROSOFT_TEAMS/)]);
  expect(readSettings({ ...LEAST, COR_SOURCE: 'SAP' }).warnings).toEqual([]);
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
    ['COR_TODAY', '2026-02-30', 'a date such as 2026-03-04'],
    ['COR_TODAY', '2026-03-04', 'left out, it is for a COR on this machine'],
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
      /MAPPING: .*cannot be read \(ENOENT\)\. Use one of the presets resource-assignment, project-team, resource-assignment-entra, or the path/,
    );
    expect(problemsOf({ MAPPING: mappingFile('{') })).toMatch(/MAPPING: .*is no JSON/);
    expect(problemsOf({ MAPPING: mappingFile('{"table":"T"}') })).toMatch(/MAPPING: .*\/table should be/s);
  });
});

test('a mapping that takes ids of related rows needs the environment that they are looked up in', () => {
  const MAPPING = 'resource-assignment-entra';
  expect(problemsOf({ MAPPING })).toContain(
    'DATAVERSE_URL: needed, because the mapping takes ids of related rows',
  );
  const read = readSettings({ ...LEAST, MAPPING, DATAVERSE_URL: 'https://contoso.crm4.dynamics.com' });
  expect(read.mapping.user).toMatchObject({ from: 'related' });
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

test('a fixed day is for a COR on this machine', () => {
  for (const COR_BASE_URL of ['http://127.0.0.1:1', 'http://localhost:1/x', 'http://[::1]:1'])
    expect(readSettings({ ...LEAST, COR_BASE_URL, COR_TODAY: '2026-03-04' }).fixedDay).toBe('2026-03-04');
  expect(readSettings(LEAST).fixedDay).toBeUndefined();
  expect(() => readLedgerSettings({ ...LEAST, COR_TODAY: '2026-03-04' })).toThrow(
    'COR_TODAY: should be left out',
  );
});
