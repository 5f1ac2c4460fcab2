import { createRequire } from 'node:module';
import type { InvocationContext } from '@azure/functions';
import type { ServiceBusReceivedMessage } from '@azure/service-bus';
import { expect, test } from 'vitest';
import { createApp, provideCoreApi } from '../../../local/host/core-api.ts';
import { invoke } from '../../../local/host/invocation.ts';
import { toInvocationData } from '../../../local/host/trigger-metadata.ts';

const functionsApp = createApp();
provideCoreApi(functionsApp, () => undefined);
const { app } = createRequire(import.meta.url)('@azure/functions') as typeof import('@azure/functions');

let seen: { input: unknown; metadata: Record<string, unknown> } | undefined;
app.serviceBusQueue('see', {
  connection: 'SB',
  queueName: 'q',
  handler: (input: unknown, context: InvocationContext) => {
    seen = { input, metadata: context.triggerMetadata ?? {} };
  },
});

/** What a handler gets for `message`, through the real library. */
async function handedOver(message: Partial<ServiceBusReceivedMessage>, dataType?: 'binary') {
  const registered = functionsApp.functions.get('see');
  if (!registered) throw new Error('not registered');
  const received = { _rawAmqpMessage: { bodyType: 'data' }, ...message } as ServiceBusReceivedMessage;
  const { input, triggerMetadata } = toInvocationData(received, dataType);
  const name = Object.keys(registered.metadata.bindings)[0] ?? '';
  const inputData = [{ name, data: input }];
  const request = { invocationId: 'i', functionId: 'see', inputData, triggerMetadata };
  const result = await invoke(functionsApp, registered, request, () => undefined);
  if (!result.succeeded) throw new Error(result.error);
  if (!seen) throw new Error('the handler did not run');
  return seen;
}

test('a binary body arrives as the very bytes', async () => {
  const body = Buffer.from([0xff, 0x00, 0x7b]);
  expect((await handedOver({ body }, 'binary')).input).toEqual(body);
});

test.each([
  ['"123"', '123'],
  ['123', 123],
  ['{"a":[1]}', { a: [1] }],
  ['not json', 'not json'],
  ['', ''],
])('the text body %s is parsed as JSON where it can be', async (text, value) => {
  expect((await handedOver({ body: Buffer.from(text) })).input).toEqual(value);
});

test('a text body that is not UTF-8, or is no data section, fails the invocation', async () => {
  await expect(handedOver({ body: Buffer.from([0xff]) })).rejects.toThrow();
  const value = {
    messageId: 'm1',
    body: 'text',
    _rawAmqpMessage: { bodyType: 'value', body: 'text' } as never,
  };
  await expect(handedOver(value, 'binary')).rejects.toThrow('message m1 is an AMQP value section');
});

test('the first delivery has the count 1, and text metadata is JSON-parsed', async () => {
  const { metadata } = await handedOver(
    {
      body: Buffer.from('{}'),
      deliveryCount: 0,
      messageId: '12345',
      sessionId: 'true',
      correlationId: '1e3',
      lockToken: '4f5b1a52-3d1e-4c6c-9d55-6f2a7f0f9a10',
      sequenceNumber: { toString: () => '7' } as never,
      enqueuedTimeUtc: new Date(Date.UTC(2026, 10, 24, 8)),
      contentType: 'application/json',
    },
    'binary',
  );
  expect(metadata).toMatchObject({
    deliveryCount: 1,
    messageId: 12345,
    sessionId: true,
    correlationId: 1000,
    lockToken: '4f5b1a52-3d1e-4c6c-9d55-6f2a7f0f9a10',
    sequenceNumber: 7,
    enqueuedTimeUtc: '2026-11-24T08:00:00.000',
    enqueuedTime: '2026-11-24T08:00:00.000+00:00',
    contentType: 'application/json',
  });
});

test('the first letters of application property names are lower-cased, at all depths', async () => {
  const applicationProperties = {
    MessageMaxSizeExceeded: true,
    'http://schemas/Name': 'kept',
    When: new Date(0),
    Nested: { Inner: 1, Bytes: Buffer.from('ab') },
  } as never;
  const { metadata } = await handedOver({ body: Buffer.from('{}'), applicationProperties }, 'binary');
  const expected = {
    messageMaxSizeExceeded: true,
    'http://schemas/Name': 'kept',
    when: '1970-01-01T00:00:00.000Z',
    nested: { inner: 1, bytes: 'YWI=' },
  };
  expect(metadata.applicationProperties).toEqual(expected);
  expect(metadata.userProperties).toEqual(expected);
});

test('the members of a JSON text body hide the metadata of the same name; those of a binary body do not', async () => {
  const message = {
    messageId: 'm1',
    correlationId: 'of the message',
    body: Buffer.from(
      '{"CorrelationId":"of the body","Depth":2,"Flag":true,"List":[1],"None":null,"Target":{"Id":1}}',
    ),
  };
  expect((await handedOver(message)).metadata).toMatchObject({
    messageId: 'm1',
    correlationId: 'of the body',
    depth: 2,
    flag: 'True',
    target: { id: 1 },
  });
  expect((await handedOver(message)).metadata).not.toHaveProperty('list');
  expect((await handedOver(message)).metadata).not.toHaveProperty('none');
  expect((await handedOver(message, 'binary')).metadata).toMatchObject({ correlationId: 'of the message' });
});
