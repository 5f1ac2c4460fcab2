import { expect } from 'vitest';
import { expectedState } from '../../../local/histories/expected.ts';
import { play, type Scenario, start, takes } from './scenario.ts';
import { believedBy, heldBy, toldBy } from './states.ts';

/** Plays one history with its accidents: every message ends, and COR, the ledger and what it was told are what the history says. */
export async function expectSettled(one: Scenario): Promise<void> {
  const started = start(one, { withUnmappable: true });
  const { arrivals, cluster } = await play(one, started.history, started);
  const expected = expectedState(arrivals, takes);
  expect(heldBy(started.cor)).toEqual(expected);
  expect(await believedBy(cluster.ledger)).toEqual(expected);
  expect(await toldBy(cluster.ledger)).toEqual(expected);
  for (const { end, reason } of cluster.queue.messages) {
    expect(['completed', 'deadLettered', 'replayed']).toContain(end);
    expect([undefined, 'CorEntityNotMapped', 'MappingFailed']).toContain(reason);
  }
}
