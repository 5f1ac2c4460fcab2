import { randomBytes } from 'node:crypto';
import { DATA_TABLES } from './data-tables.ts';
import { sequentialGuid } from './guid-order.ts';
import { noSegment, notThere } from './refusal.ts';
import { REGISTRATION_TABLES } from './registration-tables.ts';
import type { RowEvent } from './row-event.ts';
import type { Switches } from './switches.ts';
import type { Column, EntitySet, Table } from './table.ts';

/** Columns as the Web API reads them, lookups as `_…_value`; secrets stay in it and are never read out. */
export type StoredRow = Readonly<Record<string, unknown>>;

/** How the tables of this environment differ from those of data-tables.ts. */
export interface Customizing {
  /**
   * Which columns of its own the project tables have, by logical name. A project table that is not named is
   * not there.
   */
  readonly tables?: Readonly<Record<string, readonly string[]>>;
  /** Columns that are added or described otherwise, by logical name of the table, then of the column. */
  readonly columns?: Readonly<Record<string, Readonly<Record<string, Column>>>>;
  /**
   * Other names of navigation properties: case matters, and only metadata knows it. `{"msdyn_projectid":
   * "msdyn_ProjectId"}`
   */
  readonly navigation?: Readonly<Record<string, string>>;
}

/** Where a row stands: what it is ordered by, then the key of its id, which is never the same twice. */
export interface Place {
  readonly id: string;
  readonly values: readonly (string | number | null)[];
  readonly key: string;
}

/** The content of the local environment. */
export interface Store {
  readonly rows: Readonly<Record<EntitySet, Map<string, StoredRow>>>;
  /** Rows that were deleted and can be restored. */
  readonly bin: Map<string, StoredRow>;
  readonly tables: ReadonlyMap<EntitySet, Table>;
  readonly switches: Switches;
  /** An id for a row that comes without one. */
  readonly newId: () => string;
  /** The highest `versionnumber` that any row has had. */
  lastVersion: number;
  /** Rows in an order, by the text of `$orderby`, as long as it holds. */
  readonly orders: Map<EntitySet, Map<string, readonly Place[]>>;
  /** Milliseconds. */
  readonly now: () => number;
  /** Hears of each change of a row that fires steps. */
  readonly onEvent: (event: RowEvent) => void;
}

/** The tables whose columns differ between Project Operations and Project Service Automation. */
const PROJECT_TABLES = ['msdyn_resourceassignment', 'msdyn_projectteam'];

const STEP_MESSAGES = ['Create', 'Update', 'Delete', 'SetState', 'Restore'];
const FIRST_VERSION = 8_163_000;

function customized(table: Table, { tables, columns = {}, navigation = {} }: Customizing): Table | undefined {
  const { logicalName } = table;
  const kept = PROJECT_TABLES.includes(logicalName) ? tables?.[logicalName] : undefined;
  if (tables && !kept && PROJECT_TABLES.includes(logicalName)) return undefined;
  const isThere = (name: string) => kept === undefined || kept.includes(name);
  return {
    ...table,
    columns: {
      ...Object.fromEntries(Object.entries(table.columns).filter(([name]) => isThere(name))),
      ...columns[logicalName],
    },
    lookups: Object.fromEntries(
      Object.entries(table.lookups)
        .filter(([, { column }]) => isThere(column.slice(1, -'_value'.length)))
        .map(([name, lookup]) => [navigation[name] ?? name, lookup]),
    ),
  };
}

function tablesOf(customizing: Customizing): Map<EntitySet, Table> {
  const data = DATA_TABLES.flatMap(([entitySet, table]): [EntitySet, Table][] => {
    const own = customized(table, customizing);
    return own ? [[entitySet, own]] : [];
  });
  return new Map<EntitySet, Table>([...REGISTRATION_TABLES, ...data]);
}

/** Messages for which steps are not allowed stand beside those for which they are. */
function addMessages(rows: Store['rows'], tables: readonly Table[], newId: () => string): void {
  for (const name of [...STEP_MESSAGES, 'RetrieveExchangeRate']) {
    const sdkmessageid = newId();
    rows.sdkmessages.set(sdkmessageid, { sdkmessageid, name });
    for (const { logicalName } of tables) {
      const sdkmessagefilterid = newId();
      rows.sdkmessagefilters.set(sdkmessagefilterid, {
        sdkmessagefilterid,
        primaryobjecttypecode: logicalName,
        iscustomprocessingstepallowed: STEP_MESSAGES.includes(name),
        _sdkmessageid_value: sdkmessageid,
      });
    }
  }
}

/** An environment with its tables, no data, and nothing registered. */
export function createStore(
  customizing: Customizing,
  switches: Switches,
  { now, onEvent }: Pick<Store, 'now' | 'onEvent'>,
): Store {
  const tables = tablesOf(customizing);
  const sets = [...REGISTRATION_TABLES, ...DATA_TABLES].map(([entitySet]) => entitySet);
  const node = randomBytes(6).toString('hex');
  let ids = 0;
  const newId = () => {
    ids += 1;
    return sequentialGuid(ids, node);
  };
  const rows = Object.fromEntries(sets.map((entitySet) => [entitySet, new Map()])) as Store['rows'];
  addMessages(
    rows,
    [...tables.values()].filter(({ hasEvents }) => hasEvents),
    newId,
  );
  return {
    rows,
    tables,
    switches,
    bin: new Map(),
    newId,
    orders: new Map(),
    lastVersion: FIRST_VERSION,
    now,
    onEvent,
  };
}

/**
 * After a change of a row. The order by primary key stays while the same rows are there; every other one may
 * lead through lookups.
 */
export function forgetOrders({ orders }: Store, entitySet: EntitySet, isOtherSet: boolean): void {
  for (const [set, byText] of orders)
    for (const text of byText.keys())
      if (!text.endsWith(' ') || (isOtherSet && set === entitySet)) byText.delete(text);
}

export function tableOf({ tables }: Store, entitySet: string): Table {
  const table = tables.get(entitySet as EntitySet);
  if (!table) throw noSegment(entitySet);
  return table;
}

export const isEntitySet = ({ tables }: Store, name: string): name is EntitySet =>
  tables.has(name as EntitySet);

/** The table of this logical name, with the name of its set. */
export function findTable({ tables }: Store, logicalName: string): [EntitySet, Table] | undefined {
  return [...tables].find(([, table]) => table.logicalName === logicalName);
}

export function findRow(store: Store, entitySet: EntitySet, id: string): StoredRow {
  const row = store.rows[entitySet].get(id.toLowerCase());
  if (!row) throw notThere(tableOf(store, entitySet).logicalName, id, store.switches.missingRowCode);
  return row;
}

/** What people call the row: the text of its primary name. */
export function nameOf(store: Store, entitySet: EntitySet, id: string): string {
  const name = tableOf(store, entitySet).primaryName;
  return name === undefined ? '' : String(store.rows[entitySet].get(id)?.[name] ?? '');
}
