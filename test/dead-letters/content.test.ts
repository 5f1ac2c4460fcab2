import type { ServiceBusReceivedMessage } from '@azure/service-bus';
import { expect, it } from 'vitest';
import { readContent } from '../../src/dead-letters/content.ts';
import { encodeUserMessage } from '../../src/messaging/user-message.ts';
import { mapping } from './dead-letter-fixture.ts';

const received = (body: Uint8Array, contentType: string | undefined) =>
  ({ body, contentType, _rawAmqpMessage: { bodyType: 'data' } }) as unknown as ServiceBusReceivedMessage;

it("of a message of the connector's own is why it was sent and what it would change, without names", () => {
  const { body, contentType } = encodeUserMessage({
    schema: 1,
    why: 'reconcile',
    user: 'u',
    changes: [
      {
        kind: 'put',
        user: 'u',
        record: 'r',
        workspace: 'w',
        workspaceName: 'Secret Merger',
        allocation: { percentage: 5 },
        version: { number: 7 },
      },
    ],
    reassert: false,
  });
  const content = readContent(received(body, contentType), mapping);
  expect(content).toMatchObject({
    operation: 'reconcile',
    changes: [{ user: 'u', record: 'r', workspace: 'w' }],
  });
  expect(JSON.stringify(content)).not.toContain('Secret');
});

it('of one that is none says what is wrong', () => {
  const { contentType } = encodeUserMessage({
    schema: 1,
    why: 'due',
    user: 'u',
    changes: [],
    reassert: false,
  });
  expect(readContent(received(Buffer.from('{}'), contentType), mapping)).toMatchObject({
    changes: [],
    problem: expect.stringMatching(/^UnsupportedFormat: /),
  });
});

it.each([
  ['value', null],
  ['value', '{}'],
  ['sequence', [1, 'two']],
])('of an AMQP %s section says that the host hands it to nobody: %j', (bodyType, body) => {
  const message = { body, _rawAmqpMessage: { bodyType } } as unknown as ServiceBusReceivedMessage;
  expect(readContent(message, mapping)).toMatchObject({
    changes: [],
    problem: expect.stringContaining(`AMQP ${bodyType} section`),
  });
});
