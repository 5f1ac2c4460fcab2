import { describe, expect, it } from 'vitest';
import type { AssignmentChange } from '../../src/dynamics/assignment-change.ts';
import { loadMapping } from '../../src/dynamics/mapping.ts';
import { type AssignedEntry, emptyDocument, type LedgerDocument } from '../../src/ledger/document.ts';
import { type CompareInput, compareUser, goneFinding, waitingKey } from '../../src/reconcile/compare-user.ts';
import type { RowFact } from '../../src/reconcile/row-fact.ts';
import { RowTable } from '../../src/reconcile/row-table.ts';

const DAY = '2026-03-04';
const STARTED = Date.UTC(2026, 2, 4, 3);
const ME = 'me';
const RULE = loadMapping('resource-assignment').percentage;

const hours = (finish = '2026-03-06') => ({ hours: 8, start: '2026-03-02', finish });

function put(record: string, number: number, more: { user?: string; finish?: string } = {}): RowFact {
  const { user = ME, finish } = more;
  const change: AssignmentChange = {
    kind: 'put',
    user,
    record,
    workspace: 'w',
    allocation: hours(finish),
    version: { number },
    basis: { kind: 'read' },
  };
  return { kind: 'change', change };
}

function inactive(record: string, number: number): RowFact {
  const change: AssignmentChange = {
    kind: 'remove',
    user: ME,
    record,
    why: 'deactivated',
    version: { number },
    basis: { kind: 'read' },
  };
  return { kind: 'change', change };
}

const entry = (number: number, more: Partial<AssignedEntry> = {}): AssignedEntry => ({
  state: 'assigned',
  workspace: 'w',
  allocation: hours(),
  version: { number, enqueuedAt: STARTED - 60_000, sequence: 1 },
  ...more,
});

function documentWith(
  assignments: LedgerDocument['assignments'],
  more: Partial<LedgerDocument> = {},
): LedgerDocument {
  return { ...emptyDocument(ME), assignments, told: { w: 20 }, asOf: DAY, ...more };
}

function compare(
  rows: Readonly<Record<string, RowFact>>,
  document: LedgerDocument,
  more: Partial<CompareInput> = {},
) {
  const table = new RowTable();
  for (const [record, fact] of Object.entries(rows)) table.set(record, fact);
  return compareUser(document, {
    rows: table,
    rule: RULE,
    day: DAY,
    startedAt: STARTED,
    waiting: new Set(),
    ...more,
  });
}

const situations = (...args: Parameters<typeof compare>) =>
  compare(...args).findings.map(({ situation, change }) => [situation, change?.kind]);

describe('a row', () => {
  it.each<[string, RowFact | undefined, LedgerDocument['assignments'], unknown[]]>([
    ['that both have', put('r', 5), { r: entry(5) }, []],
    ['that both have, with a newer version and the same content', put('r', 6), { r: entry(5) }, []],
    ['that the ledger lacks', put('r', 5), {}, [['missingInLedger', 'put']]],
    ['that changed', put('r', 6, { finish: '2026-03-05' }), { r: entry(5) }, [['staleInLedger', 'put']]],
    [
      'of the same version and another content',
      put('r', 5, { finish: '2026-03-05' }),
      { r: entry(5) },
      [['staleInLedger', 'put']],
    ],
    ['that is inactive', inactive('r', 6), { r: entry(5) }, [['staleInLedger', 'remove']]],
    ['that is inactive, and the ledger lacks', inactive('r', 6), {}, []],
    [
      'that is nobody’s now',
      { kind: 'unassigned', version: { number: 6 } },
      { r: entry(5) },
      [['staleInLedger', 'remove']],
    ],
    ['that another user has', put('r', 6, { user: 'you' }), { r: entry(5) }, [['movedInDynamics', 'remove']]],
    [
      'whose user has another id, at the same version',
      put('r', 5, { user: 'you' }),
      { r: entry(5) },
      [['movedInDynamics', 'remove']],
    ],
    ['that cannot be mapped', { kind: 'unmappable', problem: 'x' }, { r: entry(5) }, []],
    ['of which nobody knows whose it is', { kind: 'unidentified', problem: 'x' }, { r: entry(5) }, []],
    ['whose time is over, and the ledger lacks', put('r', 5, { finish: '2025-12-01' }), {}, []],
    ['that an older ledger entry is ahead of', put('r', 4), { r: entry(5) }, [['aheadInLedger', undefined]]],
    [
      'that came back after its removal',
      put('r', 6),
      { r: { state: 'removed', day: DAY, version: entry(5).version } },
      [['missingInLedger', 'put']],
    ],
  ])('%s', (_what, fact, assignments, expected) => {
    expect(situations(fact ? { r: fact } : {}, documentWith(assignments))).toEqual(expected);
  });

  it('that an event from during the run is ahead of is right in the ledger', () => {
    const version = { number: 7, enqueuedAt: STARTED + 1_000, sequence: 9 };
    expect(situations({ r: put('r', 5) }, documentWith({ r: entry(7, { version }) }))).toEqual([]);
  });

  it('of a restored environment is ahead in the ledger: a lower number at a later time', () => {
    const recorded = entry(9, { version: { number: 9, modifiedOn: 0, enqueuedAt: STARTED, sequence: 1 } });
    const fact = put('r', 5);
    if (fact.kind !== 'change') throw new Error('It is a change.');
    const later: RowFact = {
      ...fact,
      change: { ...fact.change, version: { number: 5, modifiedOn: 3_600_000 } },
    };
    expect(situations({ r: later }, documentWith({ r: recorded }))).toEqual([['aheadInLedger', undefined]]);
  });

  it('that the list does not have is only a candidate, with the version that the ledger has of it', () => {
    const { findings, missing } = compare({}, documentWith({ r: entry(5) }));
    expect(findings).toEqual([]);
    expect(missing).toEqual([{ user: ME, record: 'r', seen: entry(5).version, before: true }]);
    const [one] = missing;
    if (!one) throw new Error('There is one.');
    expect(goneFinding(one, new Set())).toMatchObject({
      situation: 'goneInDynamics',
      change: { kind: 'remove', why: 'deleted', version: {}, basis: { kind: 'gone', seen: { number: 5 } } },
    });
  });

  it('that waits as a dead letter at the same version is held; at a newer one it is sent', () => {
    const waiting = new Set([waitingKey({ user: ME, record: 'r', version: { number: 5 } })]);
    expect(situations({ r: put('r', 5) }, documentWith({}), { waiting })).toEqual([['held', undefined]]);
    expect(situations({ r: put('r', 6) }, documentWith({}), { waiting })).toEqual([
      ['missingInLedger', 'put'],
    ]);
  });

  it('that nobody asked for is not looked at', () => {
    expect(situations({ r: put('r', 5) }, documentWith({}), { only: new Set(['s']) })).toEqual([]);
    expect(compare({}, documentWith({ r: entry(5) }), { only: new Set(['s']) }).missing).toEqual([]);
  });
});

describe('what COR was told', () => {
  it.each<[string, Partial<LedgerDocument>, string]>([
    ['is what is wanted today', {}, 'wanted'],
    ['is another percentage', { told: { w: 30 } }, 'otherwise'],
    ['is not known', { told: undefined }, 'otherwise'],
    ['has a workspace too many', { told: { w: 20, x: 10 } }, 'otherwise'],
    ['lacks one that COR would not take today', { told: {} }, 'refused'],
    ['lacks one that COR would not take yesterday', { told: {}, asOf: '2026-03-03' }, 'otherwise'],
  ])('%s', (_what, more, expected) => {
    expect(compare({ r: put('r', 5) }, documentWith({ r: entry(5) }, more)).told).toBe(expected);
  });
});
