import { DAY_MS, MINUTE_MS } from '../duration.ts';
import type { Mapping } from '../dynamics/mapping.ts';
import { idKey, type UnresolvedId } from '../dynamics/named-id.ts';
import { DataverseError } from './dataverse-error.ts';
import { type Identity, identityOf, identityQuery } from './identity.ts';
import type { DataverseReader } from './reader.ts';

/** A changed id is taken up within a day. */
const FOUND_MS = DAY_MS;
/** Somebody is about to fill in what is missing. */
const NOTHING_FOUND_MS = 10 * MINUTE_MS;
const MAX_KEPT = 50_000;

interface Kept {
  /** UTC epoch ms. */
  readonly until: number;
  readonly identity: Identity;
}

const keyOf = (id: UnresolvedId): string =>
  [idKey(id), ...id.path.lookup, id.path.persons, ...id.path.take].join(' ');

/**
 * Who a row of Dataverse is in COR. One request for each, whoever else asks meanwhile; what was found is kept
 * for a day, that nothing was found for ten minutes, and a failure not at all.
 */
export class IdentityLookup {
  private readonly reader: Pick<DataverseReader, 'row' | 'metadata'>;
  private readonly mapping: Mapping;
  private readonly now: () => number;
  /** The oldest first. */
  private readonly kept = new Map<string, Kept>();
  private readonly underWay = new Map<string, Promise<Identity>>();

  /** `now`: UTC epoch ms. */
  constructor(reader: Pick<DataverseReader, 'row' | 'metadata'>, mapping: Mapping, now: () => number) {
    this.reader = reader;
    this.mapping = mapping;
    this.now = now;
  }

  /** Rejects with `DataverseError` when it cannot be read. */
  find(id: UnresolvedId): Promise<Identity> {
    const key = keyOf(id);
    const known = this.kept.get(key);
    if (known && this.now() < known.until) return Promise.resolve(known.identity);
    const asked = this.underWay.get(key) ?? this.read(id).finally(() => this.underWay.delete(key));
    this.underWay.set(key, asked);
    return asked;
  }

  /** Takes over what somebody else has just read. */
  keep(id: UnresolvedId, identity: Identity): void {
    const key = keyOf(id);
    const isFinal = identity.kind === 'found' || identity.kind === 'notAPerson';
    this.kept.delete(key);
    this.kept.set(key, { until: this.now() + (isFinal ? FOUND_MS : NOTHING_FOUND_MS), identity });
    const [oldest] = this.kept.keys();
    if (this.kept.size > MAX_KEPT && oldest !== undefined) this.kept.delete(oldest);
  }

  private async read(id: UnresolvedId): Promise<Identity> {
    const table = id.table || (await this.tableOf(id));
    const row = await this.reader.row(table, id.id, identityQuery(id.path));
    const identity = identityOf(row, { ...id, table });
    this.keep(id, identity);
    return identity;
  }

  /** A reference that names no table: the one that the mapping's lookup leads to. */
  private async tableOf({ path }: UnresolvedId): Promise<string> {
    const { table, user, workspace } = this.mapping;
    const columns = [user, workspace].flatMap((source) =>
      source.from === 'related' && source.path === path ? source.columns : [],
    );
    const { navigations } = await this.reader.metadata(table);
    for (const column of columns) {
      const [one, ...others] = navigations.get(column) ?? [];
      if (one && others.length === 0) return one.table;
    }
    throw new DataverseError({
      class: 'rejected',
      code: 'NO_SUCH_LOOKUP',
      description: `${columns.join(' or ')} of table "${table}" leads to no single table. Check the mapping.`,
    });
  }
}
