import { guidOf, PROJECTS, RESOURCES } from '../events/cast.ts';
import type { Demo } from './demo.ts';

export type Person = keyof typeof RESOURCES;

const TABLE = 'msdyn_resourceassignment';
/** Planned hours of two changes in a row differ, so that COR has to be told each time. */
const HOURS = [8, 12] as const;

/** The row that the page's own changes are about: some hours of today for this person. */
const rowOf = (person: Person, project: keyof typeof PROJECTS) => guidOf(`page ${person} ${project}`);

const OWN = new Set(
  (Object.keys(RESOURCES) as Person[]).flatMap((person) =>
    (Object.keys(PROJECTS) as (keyof typeof PROJECTS)[]).map((project) => rowOf(person, project)),
  ),
);
/** Whether the page's clicks have made the row. */
export const isOwnRow = (id: string): boolean => OWN.has(id);

function exists({ dataverse }: Demo, id: string): boolean {
  return dataverse.rows(TABLE).some((row) => row[`${TABLE}id`] === id);
}

/**
 * Changes some hours that are planned today for a person: COR has to be told. The first time the row is
 * created. `withEvent: false` loses the event.
 */
export function changeWork(
  demo: Demo,
  person: Person,
  { project = 'lantern', withEvent = true }: { project?: keyof typeof PROJECTS; withEvent?: boolean } = {},
): string {
  const id = rowOf(person, project);
  const { name } = RESOURCES[person];
  const days = { msdyn_start: `${demo.day}T08:00:00Z`, msdyn_finish: `${demo.day}T16:00:00Z` };
  const options = { withEvent };
  if (!exists(demo, id)) {
    demo.dataverse.create(
      TABLE,
      {
        [`${TABLE}id`]: id,
        msdyn_name: `Work of ${name}`,
        msdyn_bookableresourceid: RESOURCES[person].id,
        msdyn_projectid: PROJECTS[project].id,
        msdyn_effort: HOURS[0],
        ...days,
      },
      options,
    );
  } else {
    const hours = demo.dataverse.row(TABLE, id).msdyn_effort === HOURS[0] ? HOURS[1] : HOURS[0];
    demo.dataverse.update(TABLE, id, { msdyn_effort: hours, ...days }, options);
  }
  return `${demo.dataverse.row(TABLE, id).msdyn_effort} h for ${name} in ${PROJECTS[project].name}`;
}

/** Deletes the row of a person without an event, as a bulk job may. */
export function loseWork({ dataverse }: Demo, person: Person): void {
  dataverse.delete(TABLE, rowOf(person, 'lantern'), { withEvent: false });
}
