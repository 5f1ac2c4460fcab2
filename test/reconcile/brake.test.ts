import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { brake, MAX_EMPTIED_USERS, MAX_REMOVALS } from '../../src/reconcile/brake.ts';
import type { Finding } from '../../src/reconcile/compare-user.ts';

const version = { number: 1 };

function removal(user: string, record: string, more: Partial<Finding> = {}): Finding {
  return {
    situation: 'goneInDynamics',
    user,
    record,
    change: { kind: 'remove', user, record, why: 'deleted', version },
    before: true,
    after: false,
    moves: false,
    ...more,
  };
}

function gain(user: string, record: string): Finding {
  const change = {
    kind: 'put',
    user,
    record,
    workspace: 'w',
    allocation: { percentage: 10 },
    version,
  } as const;
  return { situation: 'missingInLedger', user, record, change, before: false, after: true, moves: false };
}

const many = (count: number, make: (index: number) => Finding) =>
  Array.from({ length: count }, (_, i) => make(i));
const one = (user: string, counting: number) => ({ user, counting });

describe('removals', () => {
  it(`go up to ${MAX_REMOVALS}, however few rows there are`, () => {
    const findings = many(MAX_REMOVALS, (i) => removal('a', `r${i}`));
    expect(brake([one('a', 50)], findings)).toMatchObject({ go: findings, held: [] });
  });

  it('are all held when there is one more: nobody can tell which are meant', () => {
    const findings = many(MAX_REMOVALS + 1, (i) => removal('a', `r${i}`));
    const { go, held } = brake([one('a', 50)], [...findings, gain('b', 'x')]);
    expect(held.map(({ finding, why }) => [finding, why])).toEqual(findings.map((f) => [f, 'removals']));
    expect(go).toEqual([gain('b', 'x')]);
  });

  it('go up to a tenth of the rows that count today', () => {
    const findings = many(100, (i) => removal('a', `r${i}`));
    expect(brake([one('a', 1_000)], findings).held).toEqual([]);
    expect(brake([one('a', 999)], findings).held).toHaveLength(100);
  });

  it('of rows that do not count today, and of rows that another user gets, are none', () => {
    const over = many(50, (i) => removal('a', `r${i}`, { before: false }));
    const moved = many(50, (i) => removal('a', `s${i}`, { moves: true }));
    expect(brake([one('a', 200)], [...over, ...moved]).held).toEqual([]);
  });
});

describe('users who would be left with nothing', () => {
  const emptied = (count: number) => many(count, (i) => removal(`u${i}`, `r${i}`, { moves: true }));
  const users = (count: number) => Array.from({ length: count }, (_, i) => one(`u${i}`, 1));

  it(`go up to ${MAX_EMPTIED_USERS}`, () => {
    expect(brake(users(MAX_EMPTIED_USERS), emptied(MAX_EMPTIED_USERS)).held).toEqual([]);
  });

  it('are held whole when there are more, and so is the other half of each of their moves', () => {
    const count = MAX_EMPTIED_USERS + 1;
    const gains = many(count, (i) => gain('heir', `r${i}`));
    const { go, held } = brake(
      [...users(count), one('heir', 3)],
      [...emptied(count), ...gains, gain('heir', 'x')],
    );
    expect(held).toHaveLength(2 * count);
    expect(held.every(({ why }) => why === 'emptiedUsers')).toBe(true);
    expect(go).toEqual([gain('heir', 'x')]);
  });

  it('are not those who get something else', () => {
    const count = MAX_EMPTIED_USERS + 1;
    const others = many(count, (i) => gain(`u${i}`, `new ${i}`));
    expect(brake(users(count), [...emptied(count), ...others]).held).toEqual([]);
  });
});

it('loses no finding, does none twice, and never parts the halves of a move', () => {
  const finding = fc.record({
    user: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'),
    record: fc.nat(60).map((number) => `r${number}`),
    isGain: fc.boolean(),
    moves: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(finding, { maxLength: 120 }), fc.nat(30), (drawn, counting) => {
      const findings = drawn.map(({ user, record, isGain, moves }) =>
        isGain ? gain(user, record) : removal(user, record, { moves }),
      );
      const { go, held } = brake(
        ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((u) => one(u, counting)),
        findings,
      );
      expect(new Set([...go, ...held.map((h) => h.finding)])).toEqual(new Set(findings));
      expect(go.length + held.length).toBe(findings.length);
      const heldRecords = new Set(held.map((h) => h.finding.record));
      expect(go.some(({ record }) => heldRecords.has(record))).toBe(false);
    }),
  );
});
