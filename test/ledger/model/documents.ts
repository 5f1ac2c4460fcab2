import { emptyDocument, type LedgerDocument } from '../../../src/ledger/document.ts';
import { forgetVersions } from '../../../src/ledger/forget-versions.ts';
import { merge } from '../../../src/ledger/merge.ts';
import { parseDocument } from '../../../src/ledger/parse-document.ts';
import { type SequencedChange, type Verdict, verdictOf } from '../../../src/ledger/verdict.ts';
import { type Row, readChange } from './dynamics.ts';

function dayOf(now: number): string {
  return new Date(now).toISOString().slice(0, 10);
}

/** A document as the first version of the connector would have saved it. */
function asFirstSchema({ user, assignments, released }: LedgerDocument): string {
  const entries = Object.entries(assignments).map(([record, entry]) => {
    const { number, modifiedOn, sequence } = entry.version;
    const version = { number, modifiedOn, sequence };
    if (entry.state !== 'assigned') return [record, { state: entry.state, version }];
    const { state, workspace, allocation } = entry;
    return [record, { state, workspace, allocation, version }];
  });
  return JSON.stringify({
    schema: 1,
    user,
    assignments: Object.fromEntries(entries),
    released: Object.keys(released),
  });
}

/** The documents of all users, and nothing of COR: what is merged is accepted. */
export class Documents {
  private readonly all = new Map<string, LedgerDocument>();
  readonly verdicts: Record<Verdict, number> = {
    applied: 0,
    repeated: 0,
    old: 0,
    versionWentBack: 0,
    doubtful: 0,
  };

  /** Can rows be read? Where they cannot, what is doubtful ends as a dead letter. */
  readonly canRead: boolean;

  constructor({ canRead } = { canRead: true }) {
    this.canRead = canRead;
  }

  of(user: string): LedgerDocument {
    return this.all.get(user) ?? emptyDocument(user);
  }

  take(one: SequencedChange, now: number): Verdict {
    const document = this.of(one.change.user);
    const verdict = verdictOf(document, one);
    this.verdicts[verdict] += 1;
    // As it is saved and loaded: what does not survive that is not known.
    const merged = JSON.stringify(merge(document, [one], dayOf(now)));
    this.all.set(document.user, parseDocument(merged, document.user, 'in the model', dayOf(now)));
    return verdict;
  }

  /** All rows against all documents, as a comparison that read everything does it. */
  reconcile(
    rows: ReadonlyMap<string, Row>,
    users: readonly string[],
    records: readonly string[],
    now: number,
  ): void {
    for (const user of users) {
      for (const record of records) {
        const { [record]: entry } = this.of(user).assignments;
        const row = rows.get(record);
        if (row?.user !== user && entry?.state !== 'assigned') continue;
        const change = readChange(record, user, row, entry?.version);
        this.take({ change, sequence: 1_000_000, enqueuedAt: now }, now);
      }
    }
  }

  forgetVersions(users: readonly string[], at: number): void {
    for (const user of users) this.all.set(user, forgetVersions(this.of(user), at));
  }

  /** The documents were saved by an app of the first schema. */
  age(now: number): void {
    for (const [user, document] of this.all)
      this.all.set(user, parseDocument(asFirstSchema(document), user, 'in the model', dayOf(now)));
  }

  /** Who has which row: `user record → workspace percentage`. */
  held(): Record<string, string> {
    return Object.fromEntries(
      [...this.all.values()].flatMap(({ user, assignments }) =>
        Object.entries(assignments).flatMap(([record, entry]) =>
          entry.state === 'assigned' && 'percentage' in entry.allocation
            ? [[`${user} ${record}`, `${entry.workspace} ${entry.allocation.percentage}`]]
            : [],
        ),
      ),
    );
  }
}
