import { describe, expect, it } from 'vitest';
import {
  decodeUserMessage,
  encodeUserMessage,
  isUserMessage,
  MAX_CHANGES,
  USER_MESSAGE_TYPE,
  type UserMessage,
} from '../../src/messaging/user-message.ts';

const PUT = {
  kind: 'put',
  user: 'u@example.com',
  record: 'r',
  workspace: 'w',
  allocation: { hours: 8, start: '2026-03-02', finish: '2026-03-06' },
  version: { number: 7, modifiedOn: 1_772_000_000_000 },
  basis: { kind: 'read' },
} as const;
const GONE = {
  kind: 'remove',
  user: 'u@example.com',
  record: 's',
  why: 'deleted',
  version: {},
  basis: { kind: 'gone', seen: { sequence: 3, number: 6 } },
} as const;
const MESSAGE: UserMessage = {
  schema: 1,
  why: 'reconcile',
  user: 'u@example.com',
  changes: [PUT, GONE],
  reassert: false,
  organization: '4b1f8a5e-6d2c-4c3a-9f0e-1a2b3c4d5e6f',
  run: '2026-03-04T03:00:00Z',
};

const read = (value: unknown) => decodeUserMessage(Buffer.from(JSON.stringify(value)));

describe('a user message', () => {
  it('comes back as it was sent', () => {
    const { body, contentType } = encodeUserMessage(MESSAGE);
    expect(isUserMessage(contentType)).toBe(true);
    expect(decodeUserMessage(body)).toEqual({ outcome: 'decoded', message: MESSAGE });
  });

  it('is known by its content type, with parameters and capitals too', () => {
    expect(isUserMessage(`${USER_MESSAGE_TYPE.toUpperCase()}; charset=utf-8`)).toBe(true);
    expect(isUserMessage('application/json')).toBe(false);
    expect(isUserMessage(undefined)).toBe(false);
  });

  it('has a message id that does not tell the user', () => {
    expect(encodeUserMessage(MESSAGE).messageId).toMatch(/^reconcile-[0-9a-f-]{36}$/);
  });

  const many = Array.from({ length: MAX_CHANGES + 1 }, () => PUT);
  it.each([
    ['schema', { ...MESSAGE, schema: 2 }, '/schema'],
    ['why', { ...MESSAGE, why: 'because' }, '/why'],
    ['user', { ...MESSAGE, user: '' }, '/user'],
    ['too many changes', { ...MESSAGE, changes: many }, '/changes'],
    ['a change of another user', { ...MESSAGE, changes: [{ ...PUT, user: 'v' }] }, '/changes/0/user'],
    [
      'a percentage over 100',
      { ...MESSAGE, changes: [{ ...PUT, allocation: { percentage: 101 } }] },
      '/changes/0',
    ],
    [
      'a day that is none',
      { ...MESSAGE, changes: [{ ...PUT, allocation: { ...PUT.allocation, start: '2026-02-30' } }] },
      '/changes/0',
    ],
    [
      'a version below 0',
      { ...MESSAGE, changes: [{ ...PUT, version: { number: -1 } }] },
      '/changes/0/version/number',
    ],
    ['a forget without its time', { ...MESSAGE, why: 'forget', run: 'yesterday' }, '/run'],
  ])('is a dead letter that points at the wrong member, without its content: %s', (_what, value, where) => {
    const result = read(value);
    expect(result).toMatchObject({ outcome: 'deadLetter', reason: 'UnsupportedFormat' });
    if (result.outcome === 'deadLetter') expect(result.description).toContain(`at ${where}`);
    expect(JSON.stringify(result)).not.toContain('u@example.com');
  });

  it('is a dead letter when it is no JSON', () => {
    expect(decodeUserMessage(Buffer.from('{'))).toMatchObject({ outcome: 'deadLetter', reason: 'NotJson' });
  });
});
