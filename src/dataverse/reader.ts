import { readGuid } from '../dynamics/guid.ts';
import { Once } from '../once.ts';
import { DataverseError, NO_SUCH_ROW } from './dataverse-error.ts';
import { ANNOTATIONS } from './entity-of-row.ts';
import { queryText, type ReadRow, type RowQuery, readRow, shapeOf } from './row-query.ts';
import { readTableMetadata, type TableMetadata } from './table-metadata.ts';
import type { WebApi } from './web-api.ts';

interface WhoAmI {
  /** Lower-case GUIDs. `organizationId` is that of the messages of this environment. */
  readonly organizationId: string;
  readonly userId: string;
}

/** The read side of Dataverse. Tables and columns by logical name. All throw `DataverseError`. */
export interface DataverseReader {
  whoAmI(): Promise<WhoAmI>;
  /** Asked for once; a failure is not remembered. */
  metadata(table: string): Promise<TableMetadata>;
  /** `undefined`: there is no such row (404). A row that may not be read throws. */
  row(table: string, id: string, query: Omit<RowQuery, 'filter'>): Promise<ReadRow | undefined>;
  /**
   * Page by page, ordered by id. No snapshot: each page is evaluated when it is asked for (Dataverse docs,
   * order-rows), and rows that the user may not read are left out without a word.
   */
  rows(table: string, query: RowQuery, pageSize?: number): AsyncGenerator<readonly ReadRow[]>;
  close(): Promise<void>;
}

class Reader implements DataverseReader {
  private readonly api: WebApi;
  private readonly tables = new Map<string, Promise<TableMetadata>>();
  private readonly me = new Once(() => this.askWhoAmI());

  constructor(api: WebApi) {
    this.api = api;
  }

  whoAmI(): Promise<WhoAmI> {
    return this.me.get();
  }

  metadata(table: string): Promise<TableMetadata> {
    const known = this.tables.get(table);
    if (known) return known;
    const asked = readTableMetadata(this.api, table).catch((error: unknown) => {
      this.tables.delete(table);
      throw error;
    });
    this.tables.set(table, asked);
    return asked;
  }

  async row(table: string, id: string, query: Omit<RowQuery, 'filter'>): Promise<ReadRow | undefined> {
    const shape = await shapeOf(table, query, (name) => this.metadata(name));
    try {
      const path = `${shape.table.entitySet}(${id})?${queryText(shape)}`;
      return readRow(await this.api.get(path, ANNOTATIONS), shape);
    } catch (error) {
      if (error instanceof DataverseError && error.failure.code === NO_SUCH_ROW) return undefined;
      throw error;
    }
  }

  async *rows(table: string, query: RowQuery, pageSize?: number): AsyncGenerator<readonly ReadRow[]> {
    const shape = await shapeOf(table, query, (name) => this.metadata(name));
    const path = `${shape.table.entitySet}?${queryText(shape, query.filter)}`;
    const options = { annotations: ANNOTATIONS, ...(pageSize !== undefined && { pageSize }) };
    for await (const page of this.api.pages(path, options)) yield page.map((row) => readRow(row, shape));
  }

  close(): Promise<void> {
    return this.api.close();
  }

  private async askWhoAmI(): Promise<WhoAmI> {
    const { OrganizationId, UserId } = await this.api.get('WhoAmI');
    const [organizationId, userId] = [readGuid(OrganizationId), readGuid(UserId)];
    if (organizationId && userId) return { organizationId, userId };
    const description =
      "The answer to WhoAmI names no organization: what stands at DATAVERSE_URL is not Dataverse's Web API.";
    throw new DataverseError({ class: 'transient', code: 'NOT_DATAVERSE', description });
  }
}

export function createReader(api: WebApi): DataverseReader {
  return new Reader(api);
}
