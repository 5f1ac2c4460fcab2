import { guidOf } from './cast.ts';
import { type Columns, executionContext, jsonBody, type RowChange } from './dataverse-message.ts';
import type { StoryFile } from './story-file.ts';

export interface TableShape {
  readonly table: string;
  /** The columns that the images select, beside the version. */
  readonly selected: readonly string[];
}

/** Tells the time and numbers the versions of a story, always forward. */
export interface Clock {
  tick(): { readonly at: Date; readonly version: number };
}

export function createClock(start: Date, firstVersion: number): Clock {
  let ticks = 0;
  return {
    tick() {
      ticks += 1;
      return { at: new Date(start.getTime() + ticks * 97_000), version: firstVersion + ticks * 13 };
    },
  };
}

/** A row as it stands after the events so far. */
export interface StoryRow {
  readonly table: string;
  readonly id: string;
  readonly columns: Columns;
}

/** Of a story, in the order in which they were first named. */
export type RowsOfStory = ReturnType<typeof createRow>[];

/**
 * A row of Dataverse that turns each change of itself into an event, with the images that the steps select.
 */
export function createRow(shape: TableShape, clock: Clock, primaryName: string) {
  const { table, selected } = shape;
  const id = guidOf(`${table} row ${primaryName}`);
  let columns: Columns = {};
  let isThere = false;
  let changes = 0;

  const image = (): Columns =>
    Object.fromEntries(
      [`${table}id`, ...selected, 'modifiedon', 'versionnumber'].map((name) => [name, columns[name] ?? null]),
    );

  function change(message: RowChange['message'], target: Columns): RowChange {
    const before = image();
    const { at, version } = clock.tick();
    changes += 1;
    isThere = message !== 'Delete';
    if (message !== 'Delete')
      columns = { ...columns, ...target, [`${table}id`]: id, modifiedon: at, versionnumber: version };
    return {
      message,
      table,
      id,
      target,
      ...(message !== 'Create' && { pre: before }),
      ...(message !== 'Delete' && { post: image() }),
      primaryName,
      at,
      label: `${primaryName} ${changes}`,
    };
  }

  return {
    create: (target: Columns) =>
      change('Create', { ...target, statecode: { option: 0 }, statuscode: { option: 1 } }),
    update: (target: Columns) => change('Update', target),
    deactivate: () => change('Update', { statecode: { option: 1 }, statuscode: { option: 2 } }),
    reactivate: (target: Columns = {}) =>
      change('Update', { ...target, statecode: { option: 0 }, statuscode: { option: 1 } }),
    remove: () => change('Delete', {}),
    /** `undefined` when it was not made yet, or was removed. */
    current: (): StoryRow | undefined => (isThere ? { table, id, columns } : undefined),
  };
}

/** What a story is told with: rows that are kept in `rows`, and their events as messages. */
export function startStory(clock: Clock, rows: RowsOfStory) {
  return {
    row(shape: TableShape, primaryName: string) {
      const made = createRow(shape, clock, primaryName);
      rows.push(made);
      return made;
    },
    event: (name: string, change: RowChange): StoryFile => ({
      name,
      body: jsonBody(executionContext(change)),
    }),
  };
}
