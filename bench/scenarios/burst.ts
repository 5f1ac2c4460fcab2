import type { ServiceBusMessage } from '@azure/service-bus';
import { seededRandom } from '../../local/histories/random.ts';
import { type Arrivals, againstNaive, LATENCY_MS } from '../load/against-naive.ts';
import { assignmentTemplate, numberedGuid } from '../load/assignment-messages.ts';
import type { Scenario } from '../measurement.ts';

const USERS = 50;
const WORKSPACES_PER_USER = 8;
/** A project plan is published: every row is created, and changed while somebody still works on it. */
const VERSIONS = 5;
/** 8 h a day from Monday 2 to Friday 27 March: 20 days. */
const HOURS_OF_ALL = 160;

/** Events in random order, of users that no other round knows. */
function burst(round: number, users: number, versions: number): Arrivals {
  const write = assignmentTemplate(9);
  const random = seededRandom(round);
  const truth = new Map<string, Map<string, number>>();
  const messages: ServiceBusMessage[] = [];
  for (let at = 0; at < users; at += 1) {
    const user = numberedGuid(2, round * users + at);
    const shares = new Map<string, number>();
    truth.set(user, shares);
    for (let row = 0; row < WORKSPACES_PER_USER; row += 1) {
      const workspace = numberedGuid(3, row);
      for (let version = 0; version < versions; version += 1) {
        const hours = 10 + row + version * 10;
        shares.set(workspace, Math.floor((10_000 * hours) / HOURS_OF_ALL) / 100);
        const record = numberedGuid(1, (round * users + at) * WORKSPACES_PER_USER + row);
        messages.push({
          messageId: `${record}-${version}`,
          contentType: 'application/json',
          body: write({ record, user, workspace, hours, version: 1_000_000 + version }),
        });
      }
    }
  }
  return { before: [], messages: random.shuffle(messages), truth };
}

/** Many events of few users at once. */
export const scenario: Scenario = {
  limitSeconds: 110,
  async run(size) {
    const [users, versions, rounds] = size === 'full' ? [USERS, VERSIONS, 2] : [10, 3, 1];
    const events = users * versions * WORKSPACES_PER_USER;
    const measurements = await againstNaive({
      what: `burst of ${events} events over ${users} users, COR latency ${LATENCY_MS} ms`,
      rounds,
      fewerCalls: 10,
      sooner: 5,
      arrivals: (number) => burst(number, users, versions),
    });
    return { measurements };
  },
};
