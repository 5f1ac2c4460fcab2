import type { ServiceBusMessage } from '@azure/service-bus';
import { seededRandom } from '../../local/histories/random.ts';
import { type Arrivals, againstNaive, LATENCY_MS } from '../load/against-naive.ts';
import { assignmentTemplate, deletionTemplate, numberedGuid } from '../load/assignment-messages.ts';
import type { Scenario } from '../measurement.ts';

const WORKSPACES_PER_USER = 5;
/** As in the burst: 20 days of 8 h. */
const HOURS_OF_ALL = 160;

const writeCreation = assignmentTemplate(9);
const writeDeletion = deletionTemplate();

function message(id: string, body: Buffer): ServiceBusMessage {
  return { messageId: id, contentType: 'application/json', body };
}

/**
 * A bulk reschedule as Project's scheduling service does it: each row of these users is deleted and another one is created for it, with
 * other hours, in the same workspace. The events come in random order: two for each row.
 */
function reschedule(number: number, users: number, fewestRows: number): Arrivals {
  const random = seededRandom(number);
  const truth = new Map<string, Map<string, number>>();
  const before: ServiceBusMessage[] = [];
  const messages: ServiceBusMessage[] = [];
  for (let at = 0; at < users; at += 1) {
    const user = numberedGuid(2, number * users + at);
    const hoursOf = new Map<string, number>();
    // Every other user has one more.
    for (let row = 0; row < fewestRows + (at % 2); row += 1) {
      const workspace = numberedGuid(3, row % WORKSPACES_PER_USER);
      const place = (number * users + at) * (fewestRows + 1) + row;
      const [old, created] = [numberedGuid(1, place), numberedGuid(4, place)];
      const hours = 10 + (row % 20);
      hoursOf.set(workspace, (hoursOf.get(workspace) ?? 0) + hours);
      const shared = { user, workspace };
      before.push(message(old, writeCreation({ record: old, ...shared, hours: 10, version: 1_000_000 })));
      messages.push(
        message(`${old}-end`, writeDeletion({ record: old, ...shared, hours: 10, version: 1_000_000 })),
        message(created, writeCreation({ record: created, ...shared, hours, version: 1_000_001 })),
      );
    }
    const shares = [...hoursOf].map(([id, hours]): [string, number] => [
      id,
      Math.min(100, Math.floor((10_000 * hours) / HOURS_OF_ALL) / 100),
    ]);
    truth.set(user, new Map(shares));
  }
  return { before, messages: random.shuffle(messages), truth };
}

/** The day on which a programme is rescheduled: 5,000 events of 200 users within seconds. */
export const scenario: Scenario = {
  limitSeconds: 240,
  async run(size) {
    const [users, fewestRows, rounds] = size === 'full' ? [200, 12, 1] : [20, 10, 1];
    const events = users * (2 * fewestRows + 1);
    const measurements = await againstNaive({
      what: `reschedule, ${events} events of ${users} users, COR latency ${LATENCY_MS} ms`,
      rounds,
      fewerCalls: 20,
      sooner: 10,
      arrivals: (number) => reschedule(number, users, fewestRows),
    });
    return { measurements };
  },
};
