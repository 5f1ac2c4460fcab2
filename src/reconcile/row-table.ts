import type { AssignmentChange } from '../dynamics/assignment-change.ts';
import { RowColumns } from './row-columns.ts';
import type { RowFact } from './row-fact.ts';

/** What all rows say, by row id and by user. */
export interface Rows {
  /** `undefined`: the list does not have it. */
  fact(record: string): RowFact | undefined;
  /** Of rows that belong to `user`. */
  of(user: string): readonly AssignmentChange[];
  users(): Iterable<string>;
  records(): Iterable<readonly [record: string, fact: RowFact]>;
  readonly size: number;
}

/** A fact, or the place of a change in the columns. */
type Kept = Exclude<RowFact, { kind: 'change' }> | number;

/** Rows as they are read: hundreds of thousands of them are kept until all documents were compared. */
export class RowTable implements Rows {
  private readonly kept = new Map<string, Kept>();
  private readonly columns = new RowColumns();
  /** Row ids. One that belongs to another user by now is passed over. */
  private readonly byUser = new Map<string, string[]>();

  /** A row that comes twice, because it was made anew between two pages, counts as it was read last. */
  set(record: string, fact: RowFact): void {
    if (fact.kind !== 'change') {
      this.kept.set(record, fact);
      return;
    }
    const { user } = fact.change;
    const isKnown = this.changeOf(record)?.user === user;
    this.kept.set(record, this.columns.add(fact.change));
    if (isKnown) return;
    const own = this.byUser.get(user);
    if (own) own.push(record);
    else this.byUser.set(user, [record]);
  }

  fact(record: string): RowFact | undefined {
    const kept = this.kept.get(record);
    if (typeof kept !== 'number') return kept;
    return { kind: 'change', change: this.columns.at(kept, record) };
  }

  of(user: string): readonly AssignmentChange[] {
    const found = new Set(this.byUser.get(user));
    return [...found].flatMap((record) => {
      const change = this.changeOf(record);
      return change?.user === user ? [change] : [];
    });
  }

  users(): Iterable<string> {
    return this.byUser.keys();
  }

  *records(): Generator<readonly [string, RowFact]> {
    for (const record of this.kept.keys()) {
      const fact = this.fact(record);
      if (fact) yield [record, fact];
    }
  }

  get size(): number {
    return this.kept.size;
  }

  private changeOf(record: string): AssignmentChange | undefined {
    const fact = this.fact(record);
    return fact?.kind === 'change' ? fact.change : undefined;
  }
}
