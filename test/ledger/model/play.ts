import type { Random } from '../../../local/histories/random.ts';
import type { AssignmentChange } from '../../../src/dynamics/assignment-change.ts';
import type { Documents } from './documents.ts';
import { type Dynamics, type Posted, readChange } from './dynamics.ts';

export const USERS = ['u1', 'u2'];
export const RECORDS = ['r1', 'r2', 'r3'];

/** Something that is to be merged some time: an event, or what a read saw when it was made. */
interface Waiting extends Posted {
  readonly isRead: boolean;
}

/** Reads the row at this moment, for everybody: whoever does not have it is to have nothing of it. */
function read(posted: Posted, dynamics: Dynamics, documents: Documents): Waiting {
  const { record } = posted;
  const changes = USERS.map(
    (user): AssignmentChange =>
      readChange(record, user, dynamics.rows.get(record), documents.of(user).assignments[record]?.version),
  );
  return { ...posted, changes, isRead: true };
}

/** Merges one that waits; what it leaves to be read comes back as another that waits. */
function deliver(one: Waiting, dynamics: Dynamics, documents: Documents): Waiting | undefined {
  const { changes, sequence, enqueuedAt, operation } = one;
  if (one.mustRead && !one.isRead) return read(one, dynamics, documents);
  const verdicts = changes.map((change) =>
    documents.take({ change, sequence, enqueuedAt, operation }, dynamics.now),
  );
  return documents.canRead && verdicts.includes('doubtful') ? read(one, dynamics, documents) : undefined;
}

/** Events and reads on their way into the documents. */
export class Arrivals {
  private waiting: Waiting[] = [];
  private readonly dynamics: Dynamics;
  private readonly documents: Documents;
  private readonly random: Random;

  constructor(dynamics: Dynamics, documents: Documents, random: Random) {
    this.dynamics = dynamics;
    this.documents = documents;
    this.random = random;
  }

  post(posted: Posted): void {
    this.waiting.push({ ...posted, isRead: false });
  }

  private deliverAt(index: number): void {
    const [one] = this.waiting.splice(index, 1);
    const left = one && deliver(one, this.dynamics, this.documents);
    if (left) this.waiting.push(left);
  }

  deliverSome(): void {
    while (this.waiting.length > 0 && this.random.chance(0.4))
      this.deliverAt(this.random.below(this.waiting.length));
  }

  /** An event may wait as a dead letter for months; a row that was read is merged while its message lives, which is days. */
  deliverReads(): void {
    for (let index = this.nextRead(); index >= 0; index = this.nextRead()) this.deliverAt(index);
  }

  private nextRead(): number {
    return this.waiting.findIndex(({ isRead }) => isRead);
  }

  deliverAll(): void {
    while (this.waiting.length > 0) this.deliverAt(this.random.below(this.waiting.length));
  }
}

/** Something happens in Dynamics, is posted, sometimes twice, and some of what is on its way arrives. */
export function step(dynamics: Dynamics, arrivals: Arrivals, random: Random): void {
  if (dynamics.weeksGoBy()) arrivals.deliverReads();
  const posted = dynamics.step();
  if (posted) {
    arrivals.post(posted);
    if (random.chance(0.25)) arrivals.post(dynamics.again(posted));
  }
  arrivals.deliverSome();
}
