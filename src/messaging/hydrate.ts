import type { DataverseReader } from '../dataverse/reader.ts';
import type { ExecutionContext } from '../dynamics/execution-context.ts';
import type { Mapping } from '../dynamics/mapping.ts';
import { requiredColumns } from '../dynamics/required-columns.ts';
import type { Incomplete } from '../dynamics/translation.ts';
import type { Failure } from '../failure.ts';
import { type Hydrated, hydrated } from './hydrated.ts';
import { lookUpFailure } from './look-up-failure.ts';
import { RowReads } from './row-reads.ts';

/**
 * `otherOrganization`: the event is of an environment that is not the one that is read, so it ends as without
 * reading.
 */
export type Hydration =
  | Hydrated
  | { readonly kind: 'otherOrganization' }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** Reads the row of an event that does not suffice. */
export interface Hydrator {
  hydrate(event: Incomplete, message: HydratedMessage): Promise<Hydration>;
}

export interface HydratedMessage {
  /** When it first entered the queue, UTC epoch ms. */
  readonly enqueuedAt: number | undefined;
  readonly organizationId: ExecutionContext['organizationId'];
}

class RowHydrator implements Hydrator {
  private readonly reader: DataverseReader;
  private readonly mapping: Mapping;
  private readonly reads: RowReads;

  constructor(reader: DataverseReader, mapping: Mapping, now: () => number) {
    this.reader = reader;
    this.mapping = mapping;
    const query = { columns: requiredColumns(mapping).postImage };
    this.reads = new RowReads(
      async (record) => (await reader.row(mapping.table, record, query))?.entity,
      now,
    );
  }

  async hydrate(event: Incomplete, { enqueuedAt, organizationId }: HydratedMessage): Promise<Hydration> {
    try {
      const ours = (await this.reader.whoAmI()).organizationId;
      if (organizationId !== undefined && organizationId !== ours) return { kind: 'otherOrganization' };
      return hydrated(await this.reads.read(event.record, enqueuedAt), event, this.mapping);
    } catch (error) {
      return { kind: 'failed', failure: lookUpFailure(error) };
    }
  }
}

/** Reads at most one row for an incomplete event, none for any other. */
export function createHydrator(reader: DataverseReader, mapping: Mapping, now: () => number): Hydrator {
  return new RowHydrator(reader, mapping, now);
}
