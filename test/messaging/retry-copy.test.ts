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

test('every name that an object inherits is copied as the name it is', async () => {
  const inherited = Object.getOwnPropertyNames(Object.prototype);
  // As the host hands them over: from JSON, where `__proto__` is a member as any other.
  const sent = JSON.parse(`{${inherited.map((name) => `${JSON.stringify(name)}:"x"`).join(',')}}`);
  const { copies } = await handleOne({ failure: DOWN, metadata: { applicationProperties: sent } });
  const copied = Object.entries(copies[0]?.copy.applicationProperties ?? {}).filter(
    ([, value]) => value === 'x',
  );
  expect(copied.map(([name]) => name).sort()).toEqual([...inherited].sort());
});

test('a number that has lost its last digits on the way is left out, one that has not stays', async () => {
  const sent = { exact: 2 ** 53 - 1, lost: 2 ** 53 + 2, fraction: 0.1 };
  const { copies } = await handleOne({ failure: DOWN, metadata: { applicationProperties: sent } });
  const properties = copies[0]?.copy.applicationProperties;
  expect(properties).toMatchObject({ exact: 2 ** 53 - 1, fraction: 0.1 });
  expect(properties).not.toHaveProperty('lost');
});

test('a message that fills the queue, so that its copy does not fit, is given up with what it met', async () => {
  const full = Object.assign(new Error('too large'), { code: 'MessageSizeExceeded' });
  const { lines, slept, deadLetters } = await handleOne({ failure: DOWN, sends: [full] });
  expect(slept).toEqual([]);
  expect(lines).toMatchObject([{ evt: 'message.deadlettered', deadLetterReason: 'RetriesExhausted' }]);
  expect(deadLetters[0]?.description).toMatch(/fills the queue's limit.* It met: No answer\. Replay it/);
});

test('nonsense in our own properties is ignored, and said', async () => {
  const { lines, copies } = await handleOne({
    failure: DOWN,
    metadata: { applicationProperties: { corAttempt: -1e9, corFirstFailedAt: '9999-12-31T00:00:00Z' } },
  });
  expect(lines[0]).toMatchObject({
    evt: 'message.propertyIgnored',
    reason: 'Properties that hold nothing sensible are ignored: corAttempt, corFirstFailedAt.',
  });
  expect(copies[0]).toMatchObject({ at: NOW + 2_500, copy: { applicationProperties: { corAttempt: 1 } } });
});
