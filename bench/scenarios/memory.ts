import { assignmentTemplate, numberedGuid } from '../load/assignment-messages.ts';
import { startSystem } from '../load/system.ts';
import { type Scenario, valueAtMost } from '../measurement.ts';
import { slope } from '../statistics.ts';

const USERS = 100;
const ROWS_PER_USER = 20;
const MEGABYTE = 1024 * 1024;

/**
 * One process handles message after message about the same rows, so that a ledger in memory stops growing as soon as every row is
 * known: what grows from then on is a leak. The heap is measured after a full collection, with no message under way.
 */
export const scenario: Scenario = {
  limitSeconds: 120,
  async run(size) {
    const steps = 10;
    const perStep = size === 'full' ? 10_000 : 2_000;
    const system = await startSystem(['app']);
    try {
      const app = await system.startApp({ queue: 'app' });
      const write = assignmentTemplate(3);
      const heaps: number[] = [];
      for (let step = 0; step < steps; step += 1) {
        const messages = Array.from({ length: perStep }, (_, at) => {
          const number = step * perStep + at;
          const row = number % (USERS * ROWS_PER_USER);
          return {
            messageId: `${number}`,
            contentType: 'application/json',
            body: write({
              record: numberedGuid(1, row),
              user: numberedGuid(2, row % USERS),
              workspace: numberedGuid(3, row % 50),
              hours: 10 + (number % 89),
              version: 1_000_000 + number,
            }),
          };
        });
        await system.drain('app', messages);
        heaps.push((await app.heap()) / MEGABYTE);
      }
      const first = heaps[0] as number;
      const last = heaps.at(-1) as number;
      const half = heaps.slice(steps / 2).map((y, x) => ({ x, y }));
      const total = (steps * perStep).toLocaleString('en');
      return {
        measurements: [
          {
            name: `heap that ${total} messages add after the first ${perStep.toLocaleString('en')}`,
            value: last - first,
            unit: 'MB',
            reference: first,
            ratio: last / first,
            steady: true,
            target: valueAtMost(20),
          },
          {
            name: `heap growth per ${perStep.toLocaleString('en')} messages, second half`,
            value: slope(half),
            unit: 'MB',
            reference: last,
            steady: true,
            target: valueAtMost(0.5),
          },
        ],
      };
    } finally {
      await system.stop();
    }
  },
};
