import { describe } from 'vitest';

/**
 * What fails, and what happens then: one system for each group. The groups mostly wait, so they run beside each other; the tests of a
 * group run one after the other, because each breaks its system and mends it.
 */
function group(name: string, load: () => Promise<unknown>): void {
  describe.concurrent(name, () => {
    describe('one after the other', { concurrent: false }, async () => {
      await load();
    });
  });
}

group('COR is away, throttles or refuses the credentials', () => import('./cor-outages.ts'));
group('COR or the connector refuses a message', () => import('./refusals.ts'));
group('storage, the broker, a lock, a process or the settlement fails', () => import('./own-outages.ts'));
group('everything at once', () => import('./small-soak.ts'));
