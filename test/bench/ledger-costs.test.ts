import { expect, test } from 'vitest';
import { measureLedgerCosts } from '../../bench/ledger-costs.ts';

test('a message costs one COR call and two blob operations, fewer where messages share them, and a repeated one costs none', async () => {
  const costs = await measureLedgerCosts({ users: 40, waiting: 200, copies: 1_000 });
  expect(costs.map(({ milliseconds: _, ...counts }) => counts)).toEqual([
    {
      what: 'one message of each user',
      messages: 40,
      corCalls: 40,
      loads: 40,
      saves: 40,
      outcomes: { succeeded: 40 },
    },
    {
      what: 'messages of one user, waiting together',
      messages: 200,
      corCalls: 1,
      loads: 1,
      saves: 1,
      outcomes: { succeeded: 200 },
    },
    {
      what: 'messages of one user, one after another',
      messages: 40,
      corCalls: 40,
      loads: 1,
      saves: 40,
      outcomes: { succeeded: 40 },
    },
    {
      what: 'copies of one message, new',
      messages: 1_000,
      corCalls: 1,
      loads: 1,
      saves: 1,
      outcomes: { succeeded: 1_000 },
    },
    {
      what: 'copies of one message, known already',
      messages: 1_000,
      corCalls: 0,
      loads: 1,
      saves: 0,
      outcomes: { duplicate: 1_000 },
    },
  ]);
}, 90_000);
