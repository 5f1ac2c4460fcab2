import { z } from 'zod';
import { MINUTE_MS } from '../duration.ts';
import type { NamedDocuments } from '../ledger/named-documents.ts';
import { parseAs } from '../parse-as.ts';
import { RunError } from './run-error.ts';

const NAME = 'reconcile/lease.json';
/** Whoever holds it renews it every 30 s; after a crash the next run waits no longer than this. */
const LEASE_MS = 2 * MINUTE_MS;

const schema = z.object({ run: z.string(), until: z.number() });

/** Keeps a second run from doing the same work. No more than that: two runs at once do no harm. */
export class Lease {
  private readonly documents: NamedDocuments;
  private readonly run: string;
  private readonly now: () => number;

  private constructor(documents: NamedDocuments, run: string, now: () => number) {
    this.documents = documents;
    this.run = run;
    this.now = now;
  }

  /** Throws `RunError` where another run holds it. `now`: UTC epoch ms. */
  static async take(documents: NamedDocuments, run: string, now: () => number): Promise<Lease> {
    const lease = new Lease(documents, run, now);
    if (!(await lease.write(now() + LEASE_MS)))
      throw new RunError(
        'busy',
        'Another comparison is under way. It is over, or can be taken over, within minutes.',
      );
    return lease;
  }

  /** Holds on to it. What another run has taken meanwhile is left to it. */
  async renew(): Promise<void> {
    await this.write(this.now() + LEASE_MS);
  }

  async release(): Promise<void> {
    await this.write(0);
  }

  /** `false`: somebody else holds it. */
  private async write(until: number): Promise<boolean> {
    const found = await this.documents.read(NAME);
    const held = parseAs(schema, found?.value);
    const isOthers = held.success && held.data.run !== this.run && held.data.until > this.now();
    if (isOthers) return false;
    return (await this.documents.write(NAME, { run: this.run, until }, found?.etag)) === 'saved';
  }
}
