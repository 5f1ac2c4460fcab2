import { describe, expect, it } from 'vitest';
import { readDesignation, readServiceBusAccess } from '../../../cli/dataverse/service-bus-access.ts';
import { readOrganization } from '../../../src/dataverse/environment-url.ts';
import { ACCESS, CONNECTION, KEY } from './dataverse-fixture.ts';

describe('the connection string for Dataverse', () => {
  it('gives what the service endpoint needs', async () => {
    expect(await readServiceBusAccess(CONNECTION, 'queue', undefined)).toEqual(ACCESS);
    expect(await readServiceBusAccess(CONNECTION, 'queue', 'assignments')).toEqual(ACCESS);
    const ofNamespace = CONNECTION.replace(';EntityPath=assignments', '');
    expect(await readServiceBusAccess(ofNamespace, 'topic', 'assignments')).toEqual(ACCESS);
  });

  it.each([
    ['is none', KEY, 'is no connection string of Service Bus'],
    [
      'has a token instead of a key',
      'Endpoint=sb://x.net/;SharedAccessSignature=a',
      'lacks SharedAccessKeyName',
    ],
    ['has no key', 'Endpoint=sb://x.net/;SharedAccessKeyName=a', ''],
    [
      'is for another queue',
      CONNECTION.replace('=assignments', '=other'),
      'is for "other", not for the queue',
    ],
    ['has a very long path', CONNECTION.replace('=assignments', `=${'x'.repeat(161)}`), ''],
    ['has a very long key', CONNECTION.replace(KEY, 'x'.repeat(257)), 'longer than Dataverse can store'],
  ])('that %s is refused, and not repeated', async (_what, connection, message) => {
    const named = connection.includes('x'.repeat(161)) ? undefined : 'assignments';
    const problem = await readServiceBusAccess(connection, 'queue', named).catch(
      (error: Error) => error.message,
    );
    expect(problem).toContain('DATAVERSE_SERVICEBUS_CONNECTION ');
    expect(problem).toContain(message);
    expect(problem).not.toContain(KEY);
  });
});

describe("the environment's URL", () => {
  it.each([
    ['https://contoso.crm4.dynamics.com', 'https://contoso.crm4.dynamics.com', false],
    ['https://Contoso.crm.dynamics.com/', 'https://contoso.crm.dynamics.com', false],
    ['http://127.0.0.1:1234', 'http://127.0.0.1:1234', true],
    ['http://localhost:1234', 'http://localhost:1234', true],
    ['http://[::1]:1234', 'http://[::1]:1234', true],
  ])('%s is taken', (url, origin, isLoopback) => {
    expect(readOrganization(url)).toEqual({ origin, isLoopback });
  });

  it.each([
    'contoso',
    'contoso.crm.dynamics.com',
    'http://contoso.crm.dynamics.com',
    'http://127.0.0.1.evil.example',
    'https://contoso.crm.dynamics.com/main.aspx',
    'https://user:secret@contoso.crm.dynamics.com',
    'https://contoso.crm.dynamics.com/?x=secret',
    'ftp://contoso.crm.dynamics.com',
  ])('%s is refused', (url) => {
    expect(() => readOrganization(url)).toThrow(/^The environment's URL (should|must)/);
    expect(() => readOrganization(url)).not.toThrow(/secret/);
  });
});

it.each([
  [{}, {}, 'queue', undefined],
  [{}, { ServiceBusQueueName: 'q' }, 'queue', 'q'],
  [{}, { ServiceBusQueueName: 'q', ServiceBusTopicName: 't' }, 'topic', 't'],
  [{ queue: 'x' }, { ServiceBusQueueName: 'q', ServiceBusTopicName: 't' }, 'queue', 'x'],
  [{ topic: 'x' }, { ServiceBusQueueName: 'q' }, 'topic', 'x'],
])('%j with the settings %j means the %s %s', (options, settings, designation, path) => {
  expect(readDesignation(options, settings)).toEqual({ designation, path });
});
