import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AssignmentChange } from '../../src/dynamics/assignment-change.ts';
import type { RowFact } from '../../src/reconcile/row-fact.ts';
import { RowTable } from '../../src/reconcile/row-table.ts';

const user = fc.constantFrom('ada', 'bea', 'cleo');
const record = fc.constantFrom('r1', 'r2', 'r3', 'r4');
const day = fc.constantFrom('2026-03-02', '2026-03-06', '2027-01-01');
const version = fc.record(
  { number: fc.maxSafeNat(), modifiedOn: fc.integer({ min: 0, max: 4e12 }) },
  { requiredKeys: [] },
);
const amount = fc.double({ min: 0, max: 100, noNaN: true }).map((one) => one + 0);
const allocation = fc.oneof(
  fc.record({ hours: amount, start: day, finish: day }),
  fc.record({ percentage: amount, start: day, finish: day }, { requiredKeys: ['percentage'] }),
);
const basis = fc.constant({ kind: 'read' } as const);
const put = fc.record(
  {
    kind: fc.constant('put' as const),
    user,
    record,
    workspace: fc.constantFrom('w1', 'w2'),
    workspaceName: fc.constantFrom('One', 'Two'),
    allocation,
    version,
    source: fc.constantFrom('s1', 's2'),
    basis,
  },
  { requiredKeys: ['kind', 'user', 'record', 'workspace', 'allocation', 'version', 'basis'] },
);
const remove = fc.record({
  kind: fc.constant('remove' as const),
  user,
  record,
  why: fc.constantFrom('deactivated' as const, 'excluded' as const, 'moved' as const),
  version,
  basis,
});
const change = fc.oneof(put, remove) as fc.Arbitrary<AssignmentChange>;
const other = fc.constantFrom<RowFact>(
  { kind: 'unassigned', version: { number: 1 } },
  { kind: 'unmappable', problem: 'x' },
);
const row = fc.oneof(
  change.map((one): [string, RowFact] => [one.record, { kind: 'change', change: one }]),
  fc.tuple(record, other),
);

describe('a table of rows', () => {
  it('gives back what was put in last, by row and by user', () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 20 }), (rows) => {
        const table = new RowTable();
        for (const [id, fact] of rows) table.set(id, fact);
        const last = new Map(rows);
        expect(new Map(table.records())).toEqual(last);
        expect(table.size).toBe(last.size);
        for (const one of ['ada', 'bea', 'cleo']) {
          const own = [...last].filter(([, fact]) => fact.kind === 'change' && fact.change.user === one);
          expect(
            table
              .of(one)
              .map(({ record: id }) => id)
              .sort(),
          ).toEqual(own.map(([id]) => id).sort());
        }
      }),
    );
  });
});
