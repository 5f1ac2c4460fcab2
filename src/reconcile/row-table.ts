import type { AssignmentChange } from '../dynamics/assignment-change.ts';
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

const NONE: readonly AssignmentChange[] = [];

/**
 * Rows as they are read. Hundreds of thousands of them are kept: what repeats (ids, names, days) is kept once, because the text of each
 * answer is a text of its own.
 */
export class RowTable implements Rows {
  private readonly facts = new Map<string, RowFact>();
  private readonly byUser = new Map<string, AssignmentChange[]>();
  private readonly texts = new Map<string, string>();

  /** A row that comes twice, because it moved between pages, counts as it was read last. */
  set(record: string, fact: RowFact): void {
    const known = this.facts.get(record);
    if (known?.kind === 'change') this.drop(known.change);
    const compact = fact.kind === 'change' ? { ...fact, change: this.compact(fact.change) } : fact;
    this.facts.set(record, compact);
    if (compact.kind !== 'change') return;
    const own = this.byUser.get(compact.change.user);
    if (own) own.push(compact.change);
    else this.byUser.set(compact.change.user, [compact.change]);
  }

  fact(record: string): RowFact | undefined {
    return this.facts.get(record);
  }

  of(user: string): readonly AssignmentChange[] {
    return this.byUser.get(user) ?? NONE;
  }

  users(): Iterable<string> {
    return this.byUser.keys();
  }

  records(): Iterable<readonly [string, RowFact]> {
    return this.facts.entries();
  }

  get size(): number {
    return this.facts.size;
  }

  private drop(change: AssignmentChange): void {
    const own = this.byUser.get(change.user);
    const index = own?.indexOf(change) ?? -1;
    if (index >= 0) own?.splice(index, 1);
  }

  private once(text: string): string {
    const known = this.texts.get(text);
    if (known !== undefined) return known;
    this.texts.set(text, text);
    return text;
  }

  private compact(change: AssignmentChange): AssignmentChange {
    const user = this.once(change.user);
    if (change.kind === 'remove') return { ...change, user };
    const { workspaceName, source, allocation } = change;
    const { start, finish } = allocation;
    return {
      ...change,
      user,
      workspace: this.once(change.workspace),
      ...(workspaceName !== undefined && { workspaceName: this.once(workspaceName) }),
      ...(source !== undefined && { source: this.once(source) }),
      allocation: {
        ...allocation,
        ...(start !== undefined && { start: this.once(start) }),
        ...(finish !== undefined && { finish: this.once(finish) }),
      } as typeof allocation,
    };
  }
}
