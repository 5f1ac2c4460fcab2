import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyDocument } from '../src/ledger/document.ts';
import { documentSchema } from '../src/ledger/document-schema.ts';
import { merge } from '../src/ledger/merge.ts';
import { asSequenceNumber, compareSequenceNumbers } from '../src/sequence-number.ts';

const MAX = 2n ** 63n - 1n;
const anyNumber = fc.oneof(
  fc.bigInt({ min: 0n, max: MAX }),
  fc.bigInt({ min: 2n ** 53n - 3n, max: 2n ** 53n + 3n }),
);

describe('a sequence number', () => {
  it('keeps every digit of 64 bits, orders as integers do, and comes back from JSON as it was', () => {
    fc.assert(
      fc.property(anyNumber, anyNumber, (a, b) => {
        const [left, right] = [asSequenceNumber(a.toString()), asSequenceNumber(b.toString())];
        if (left === undefined || right === undefined) throw new Error(`${a} or ${b} was refused`);
        expect(BigInt(left)).toBe(a);
        expect(Math.sign(compareSequenceNumbers(left, right))).toBe(a < b ? -1 : a > b ? 1 : 0);
        expect(asSequenceNumber(JSON.parse(JSON.stringify(left)))).toBe(left);
      }),
    );
  });

  it.each([-1, 1.5, Number.NaN, Infinity, 1e19, '', ' 7', '-7', '1e3', (MAX + 1n).toString(), null, {}])(
    'is not %j',
    (value) => {
      expect(asSequenceNumber(value)).toBeUndefined();
    },
  );

  it('above 2^53 decides between neighbours, in either order, and the document comes back from its JSON', () => {
    const one = (sequence: string, percentage: number) => ({
      change: {
        kind: 'put',
        user: 'u',
        record: 'r',
        workspace: 'w',
        allocation: { percentage },
        version: { modifiedOn: 1_000 },
      } as const,
      sequence,
      enqueuedAt: 5_000,
    });
    const [first, second] = [one('27021597764222977', 10), one('27021597764222978', 20)];
    for (const order of [
      [first, second],
      [second, first],
    ]) {
      const document = merge(emptyDocument('u'), order, '2026-03-02');
      expect(document.assignments.r).toMatchObject({
        allocation: { percentage: 20 },
        version: { sequence: '27021597764222978' },
      });
      expect(documentSchema.parse(JSON.parse(JSON.stringify(document)))).toEqual(document);
    }
  });
});
