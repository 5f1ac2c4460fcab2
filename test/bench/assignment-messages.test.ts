import { describe, expect, test } from 'vitest';
import { assignmentTemplate, type BodySize, numberedGuid } from '../../bench/load/assignment-messages.ts';
import { decode } from '../../src/dynamics/decode.ts';
import { loadMapping } from '../../src/dynamics/mapping.ts';
import { translate } from '../../src/dynamics/translate.ts';

const EVENT = {
  record: numberedGuid(1, 5),
  user: numberedGuid(2, 6),
  workspace: numberedGuid(3, 7),
  hours: 42,
  version: 1_000_001,
};

describe.each([3, 9, 25] as const)('the message of about %d KB', (size: BodySize) => {
  const body = assignmentTemplate(size)(EVENT);

  test('has about that size', () => {
    expect(body.length).toBeGreaterThan(size * 900);
    expect(body.length).toBeLessThan(size * 1_150);
  });

  test('says what it was asked to say', () => {
    const decoded = decode(body, { contentType: 'application/json' });
    if (decoded.outcome !== 'decoded') throw new Error(decoded.description);
    expect(translate(decoded.context, loadMapping('resource-assignment'))).toMatchObject({
      outcome: 'apply',
      changes: [
        {
          kind: 'put',
          user: EVENT.user,
          record: EVENT.record,
          workspace: EVENT.workspace,
          allocation: { hours: 42 },
          version: { number: 1_000_001 },
        },
      ],
    });
  });
});
