import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OrderedHeap } from '../../../local/broker/ordered-heap.ts';

test('whatever is added and removed, entries come out in order and exactly once', () => {
  const operation = fc.record({ kind: fc.constantFrom('add', 'remove', 'take'), value: fc.nat(50) });
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 200 }), (operations) => {
      const heap = new OrderedHeap<{ value: number }>((a, b) => a.value < b.value);
      const expected: { value: number }[] = [];
      for (const { kind, value } of operations) {
        if (kind === 'add') {
          const entry = { value };
          heap.add(entry);
          expected.push(entry);
        } else if (kind === 'remove') {
          const entry = expected[value % Math.max(1, expected.length)] ?? { value };
          expect(heap.remove(entry)).toBe(expected.includes(entry));
          if (expected.includes(entry)) expected.splice(expected.indexOf(entry), 1);
        } else {
          const taken = heap.takeFirst();
          expect(taken?.value).toBe(expected.map((entry) => entry.value).sort((a, b) => a - b)[0]);
          if (taken) expected.splice(expected.indexOf(taken), 1);
        }
        expect(heap.size).toBe(expected.length);
      }
      const rest = expected.map((entry) => entry.value).sort((a, b) => a - b);
      expect(rest.map(() => heap.takeFirst()?.value)).toEqual(rest);
    }),
  );
});
