import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Echoes, LOCK_RENEWAL_MS } from '../../src/messaging/echoes.ts';
import type { RetryCopy } from '../../src/messaging/retry-queue.ts';

const COR_TIMEOUT_MS = 30_000;
const MINUTE = 60_000;

function start() {
  const sent: { user: string; at: number }[] = [];
  const broken: Error[] = [];
  const echoes = new Echoes(
    {
      async schedule({ body }: RetryCopy, at) {
        const error = broken.pop();
        if (error) throw error;
        sent.push({ user: JSON.parse(Buffer.from(body).toString()).user, at });
      },
    },
    COR_TIMEOUT_MS,
  );
  return { echoes, sent, broken };
}

describe('echoes', () => {
  it('come after the longest time that a call may take: lock renewal and time-out', async () => {
    const { echoes, sent } = start();
    for (const now of [0, 1, 29_999, 30_000, 30_001, 299_999]) {
      await echoes.send(`u${now}`, now);
      expect(sent.at(-1)?.at).toBeGreaterThanOrEqual(now + LOCK_RENEWAL_MS + COR_TIMEOUT_MS);
    }
  });

  it('are one per user in five minutes, and one that covers what came after the last', async () => {
    const { echoes, sent } = start();
    for (let now = 0; now < 60 * MINUTE; now += 1_000) {
      await echoes.send('u', now);
      expect(sent.at(-1)?.at).toBeGreaterThanOrEqual(now + LOCK_RENEWAL_MS + COR_TIMEOUT_MS);
    }
    const distances = sent.slice(1).map(({ at }, index) => at - (sent[index]?.at ?? 0));
    expect(new Set(distances)).toEqual(new Set([5 * MINUTE]));
    await echoes.send('v', 60 * MINUTE);
    expect(sent.at(-1)?.user).toBe('v');
  });

  it('that could not be sent are tried anew, and whoever waits hears of it', async () => {
    const { echoes, sent, broken } = start();
    broken.push(new Error('away'));
    const results = await Promise.allSettled([echoes.send('u', 0), echoes.send('u', 1)]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await echoes.send('u', 2);
    expect(sent).toHaveLength(1);
  });

  it('know how long the host renews a lock', () => {
    const host = JSON.parse(readFileSync(new URL('../../host.json', import.meta.url), 'utf8'));
    const { maxAutoLockRenewalDuration } = host.extensions.serviceBus;
    const [hours, minutes, seconds] = maxAutoLockRenewalDuration.split(':').map(Number);
    expect(((hours * 60 + minutes) * 60 + seconds) * 1_000).toBe(LOCK_RENEWAL_MS);
  });
});
