import type { ServiceBusReceivedMessage } from '@azure/service-bus';
import { expect, test } from 'vitest';
import { readContent } from '../../src/dead-letters/content.ts';
import { matches } from '../../src/dead-letters/filter.ts';
import { readHeaders } from '../../src/dead-letters/headers.ts';
import { encodeUserMessage, USER_MESSAGE_TYPE } from '../../src/messaging/user-message.ts';
import { assignmentBody, PROJECT, USERS } from './assignment-body.ts';
import { mapping } from './dead-letter-fixture.ts';

const RECORD = '5b0f9f4e-3c86-4d0c-b4a4-0f9b7d6e0001';
const OTHER = '5b0f9f4e-3c86-4d0c-b4a4-0f9b7d6e0002';

const dead = (body: Uint8Array, contentType = 'application/json') =>
  ({ body, contentType, _rawAmqpMessage: { bodyType: 'data' } }) as unknown as ServiceBusReceivedMessage;

const put = {
  kind: 'put',
  user: USERS.ada,
  record: RECORD,
  workspace: PROJECT,
  workspaceName: 'Secret Merger',
  allocation: { percentage: 20 },
  version: { number: 3 },
} as const;

test('row and user find events and messages of the connector’s own alike', () => {
  const due = encodeUserMessage({ schema: 1, why: 'due', user: USERS.ada, changes: [], reassert: false });
  const own = encodeUserMessage({
    schema: 1,
    why: 'reconcile',
    user: USERS.bob,
    changes: [{ ...put, user: USERS.bob }],
    reassert: true,
  });
  const letters = [
    dead(assignmentBody(USERS.ada, RECORD)),
    dead(due.body, USER_MESSAGE_TYPE),
    dead(own.body, USER_MESSAGE_TYPE),
  ];
  const found = (filter: Parameters<typeof matches>[0]) =>
    letters.map((letter) =>
      matches(filter, readHeaders('queue', letter), () => readContent(letter, mapping)),
    );
  expect(found({})).toEqual([true, true, true]);
  expect(found({ user: USERS.ada })).toEqual([true, true, false]);
  expect(found({ row: RECORD })).toEqual([true, false, true]);
  expect(found({ row: RECORD, user: USERS.bob })).toEqual([false, false, true]);
  expect(found({ row: OTHER })).toEqual([false, false, false]);
  expect(found({ from: 'subscription' })).toEqual([false, false, false]);
});
