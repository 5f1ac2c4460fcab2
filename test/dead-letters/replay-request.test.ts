import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readReplayRequest } from '../../src/dead-letters/replay-request.ts';

test('everything has to be said: a body that got lost on the way must not replay anything', () => {
  for (const body of ['', ' \n', '{}', '{"max":5}', '{"dryRun":true}'])
    expect(readReplayRequest(body)).toEqual({
      problems: [{ pointer: '', message: expect.stringContaining('or {"all": true}') }],
    });
  expect(readReplayRequest('{"all":true}')).toEqual({ request: { max: 100, dryRun: false } });
});

test('odd JSON is a problem with a pointer, never an exception', () => {
  fc.assert(
    fc.property(
      fc.json(),
      fc.constantFrom(
        'reason',
        'user',
        'row',
        'numbers',
        'from',
        'before',
        'max',
        'all',
        '__proto__',
        'toString',
      ),
      (json, name) => {
        for (const body of [json, `{${JSON.stringify(name)}:${json}}`, json.slice(1)]) {
          const read = readReplayRequest(body);
          if ('problems' in read) expect(read.problems.length).toBeGreaterThan(0);
        }
      },
    ),
  );
});

test('ids are normalized and times become numbers', () => {
  const body = {
    reason: 'CorValidation',
    user: '{1D6C1A52-0A65-4C58-9C2B-0F2D7A1B0001}',
    before: '2026-11-24T09:00:00+01:00',
    max: 3,
    dryRun: true,
  };
  expect(readReplayRequest(JSON.stringify(body))).toEqual({
    request: {
      ...body,
      user: '1d6c1a52-0a65-4c58-9c2b-0f2d7a1b0001',
      before: Date.UTC(2026, 10, 24, 8),
    },
  });
});

test.each([
  ['{', '', 'should be JSON'],
  ['[]', '', 'should be a JSON object'],
  ['{"max":0}', '/max', 'should be a whole number from 1'],
  ['{"max":"5"}', '/max', 'should be a whole number from 1'],
  ['{"before":"soon"}', '/before', 'should be an ISO 8601 time such as'],
  ['{"reason":""}', '/reason', 'should be a dead-letter reason'],
  ['{"all":false}', '/all', 'should be `true`'],
  ['{"all":true,"reason":"NotJson"}', '/all', 'does not go with a filter'],
  ['{"dryRun":1}', '/dryRun', 'should be `true` or `false`'],
  [
    '{"a/b~c":1}',
    '/a~1b~0c',
    'not known here; known are reason, user, row, numbers, from, before, max, all, dryRun',
  ],
])('%s is refused at "%s"', (body, pointer, message) => {
  expect(readReplayRequest(body)).toEqual({
    problems: [{ pointer, message: expect.stringContaining(message) }],
  });
});
