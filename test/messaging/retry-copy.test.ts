import { expect, test } from 'vitest';
import { decode } from '../../src/dynamics/decode.ts';
import { PROPERTY } from '../../src/messaging/envelope.ts';
import { BODY, handleOne, NOW } from './handled-message.ts';

const DOWN = { service: 'cor', class: 'transient', code: 'ECONNREFUSED', description: 'No answer.' } as const;

test('a copy is the message as it came, with what the tries so far have found in properties of our own', async () => {
  const sent = {
    'http://schemas.microsoft.com/xrm/2011/Claims/EntityLogicalName': 'msdyn_resourceassignment',
    'http://schemas.microsoft.com/xrm/2011/Claims/RequestName': 'Create',
    number: 4.5,
    truth: false,
    empty: null,
  };
  const { copies, thrown } = await handleOne({
    failure: DOWN,
    metadata: {
      messageId: 'abc',
      contentType: 'application/msbin1',
      correlationId: '{1d6c1a52-0a65-4c58-9c2b-0f2d7a1b0009}',
      subject: 'Create',
      enqueuedTimeUtc: '2026-04-30T23:59:00.000Z',
      applicationProperties: sent,
    },
    body: BODY,
  });
  expect(thrown).toBeUndefined();
  expect(copies).toEqual([
    {
      at: NOW + 2_500,
      copy: {
        body: BODY,
        messageId: 'abc',
        contentType: 'application/msbin1',
        correlationId: '{1d6c1a52-0a65-4c58-9c2b-0f2d7a1b0009}',
        subject: 'Create',
        applicationProperties: {
          ...sent,
          [PROPERTY.attempt]: 1,
          [PROPERTY.firstFailedAt]: new Date(NOW).toISOString(),
          [PROPERTY.firstSequenceNumber]: 7,
          [PROPERTY.firstEnqueuedAt]: '2026-04-30T23:59:00.000Z',
          [PROPERTY.lastError]: 'ECONNREFUSED',
        },
      },
    },
  ]);
});

test("a copy of a copy keeps the first failure's time and the first sequence number, and counts on", async () => {
  const first = {
    [PROPERTY.attempt]: 3,
    [PROPERTY.firstFailedAt]: '2026-04-30T22:00:00.000Z',
    [PROPERTY.firstSequenceNumber]: 2,
    [PROPERTY.lastError]: 'DEADLINE',
  };
  const { copies } = await handleOne({
    failure: DOWN,
    metadata: { sequenceNumber: 99, applicationProperties: first },
  });
  expect(copies[0]?.copy.applicationProperties).toEqual({
    ...first,
    [PROPERTY.attempt]: 4,
    [PROPERTY.lastError]: 'ECONNREFUSED',
  });
});

test("Dataverse's mark of a cut message, whose first letter the library makes small, is on the copy as it was sent", async () => {
  const { copies } = await handleOne({
    failure: DOWN,
    // Anything but false marks a message as cut, and such a message is not retried.
    metadata: { applicationProperties: { messageMaxSizeExceeded: false } },
  });
  const properties = copies[0]?.copy.applicationProperties ?? {};
  expect(properties).toHaveProperty('MessageMaxSizeExceeded', false);
  expect(properties).not.toHaveProperty('messageMaxSizeExceeded');
});

test.each(['MessageMaxSizeExceeded', 'messageMaxSizeExceeded'])(
  'a cut message is recognised by %s',
  (name) => {
    expect(decode(BODY, { applicationProperties: { [name]: true } })).toMatchObject({
      context: { truncated: true },
    });
  },
);

test('a message id that the library has made a number of is text again on the copy', async () => {
  const { copies } = await handleOne({ failure: DOWN, metadata: { messageId: 12345 } });
  expect(copies[0]?.copy.messageId).toBe('12345');
});
