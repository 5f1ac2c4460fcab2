import { describe, expect, test } from 'vitest';
import { readSettings } from '../../src/settings.ts';
import { LEAST, problemsOf } from './least-settings.ts';

describe('an address that would send a key or a token over plain text, or that is none, is refused at start:', () => {
  const SERVICE_BUS = 'ServiceBusConnection: should be a connection string such as Endpoint=sb://<namespace>';
  const KEY = 'SharedAccessKeyName=n;SharedAccessKey=not-to-be-shown=';
  const STORAGE = 'AzureWebJobsStorage: should be a connection string such as DefaultEndpointsProtocol=https';
  const ACCOUNT = 'AccountName=a;AccountKey=not-to-be-shown==';
  const cases: [name: string, value: string, text: string][] = [
    ['ServiceBusConnection', 'not-to-be-shown', SERVICE_BUS],
    ['ServiceBusConnection', `Endpoint=not-to-be-shown;${KEY}`, SERVICE_BUS],
    ['ServiceBusConnection', `Endpoint=http://ns.servicebus.windows.net;${KEY}`, SERVICE_BUS],
    ['ServiceBusConnection', 'Endpoint=sb://ns.servicebus.windows.net', SERVICE_BUS],
    [
      'ServiceBusConnection',
      `Endpoint=sb://ns.servicebus.windows.net;${KEY};UseDevelopmentEmulator=true`,
      'ServiceBusConnection: should be without UseDevelopmentEmulator=true',
    ],
    [
      'ServiceBusConnection',
      '@Microsoft.KeyVault(SecretUri=https://not-to-be-shown)',
      'ServiceBusConnection: should be what the Key Vault reference stands for',
    ],
    [
      'ServiceBusConnection__fullyQualifiedNamespace',
      'https://ns.servicebus.windows.net',
      'ServiceBusConnection__fullyQualifiedNamespace: should be a host name',
    ],
    ['AzureWebJobsStorage', 'not-to-be-shown', STORAGE],
    ['AzureWebJobsStorage', 'AccountName=a', STORAGE],
    [
      'AzureWebJobsStorage',
      `DefaultEndpointsProtocol=http;${ACCOUNT}`,
      'AzureWebJobsStorage: should be a connection string with https',
    ],
    [
      'LedgerStorage',
      `BlobEndpoint=http://a.blob.core.windows.net/;${ACCOUNT}`,
      'LedgerStorage: should be a connection string with https',
    ],
    [
      'LedgerStorage__blobServiceUri',
      'http://a.blob.core.windows.net',
      'LedgerStorage__blobServiceUri: should be an https URL',
    ],
    ['AzureWebJobsStorage__accountName', 'a.b', 'AzureWebJobsStorage__accountName: should be the name of'],
  ];
  test.each(cases)('%s %s', (name, value, text) => {
    const connections = {
      ...(name.startsWith('ServiceBus') && { ServiceBusConnection: undefined }),
      ...(name.startsWith('AzureWebJobs') && { AzureWebJobsStorage: undefined }),
    };
    const problems = problemsOf({ ...connections, [name]: value });
    expect(problems).toContain(`- ${text}`);
    expect(problems).not.toContain('not-to-be-shown');
    expect(problems.match(/^ {2}- /gm)).toHaveLength(1);
  });

  test.each([
    ['ServiceBusConnection', `Endpoint=sb://127.0.0.1:5672;${KEY};UseDevelopmentEmulator=true`],
    ['ServiceBusConnection', `Endpoint=sb://ns.servicebus.windows.net/;${KEY};EntityPath=q`],
    ['AzureWebJobsStorage', 'UseDevelopmentStorage=true'],
    ['AzureWebJobsStorage', `BlobEndpoint=http://127.0.0.1:10000/a;${ACCOUNT}`],
    [
      'AzureWebJobsStorage',
      'BlobEndpoint=https://a.blob.core.windows.net/;SharedAccessSignature=sv=1&sig=x%3D',
    ],
    ['LedgerStorage__blobServiceUri', 'http://localhost:10000/account'],
  ])('and a good one is not: %s %s', (name, value) => {
    expect(() => readSettings({ ...LEAST, [name]: value })).not.toThrow();
  });
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
