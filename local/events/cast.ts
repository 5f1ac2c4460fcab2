import { createHash } from 'node:crypto';

/** A GUID that is always the same for the same label, so that generated files do not change. */
export function guidOf(label: string): string {
  const hex = createHash('sha256').update(label).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** A row that others refer to. */
export interface NamedRow {
  readonly table: string;
  readonly id: string;
  readonly name: string;
}

/** Who makes every change: the application user of the scheduling service. */
export const USER: NamedRow = {
  table: 'systemuser',
  id: guidOf('systemuser scheduling'),
  name: 'Project scheduling',
};
export const UNIT: NamedRow = { table: 'businessunit', id: guidOf('businessunit'), name: 'Example Works' };
/** The environment: `WhoAmI` and the messages name the same. */
export const ORGANIZATION = { id: guidOf('organization'), name: 'unqexampleworks' } as const;

const named = (table: string, name: string): NamedRow => ({ table, name, id: guidOf(`${table} ${name}`) });

/** Everybody here is made up. COR does not know Jo Meadow. */
export const RESOURCES = {
  robin: named('bookableresource', 'Robin Fields'),
  sam: named('bookableresource', 'Sam Rivers'),
  kim: named('bookableresource', 'Kim Lake'),
  alex: named('bookableresource', 'Alex Stone'),
  jo: named('bookableresource', 'Jo Meadow'),
} as const;

/** COR does not know the Quarry pilot. */
export const PROJECTS = {
  bridge: named('msdyn_project', 'Bridge renewal'),
  tidal: named('msdyn_project', 'Tidal survey'),
  orchard: named('msdyn_project', 'Orchard app'),
  lantern: named('msdyn_project', 'Lantern audit'),
  quarry: named('msdyn_project', 'Quarry pilot'),
} as const;

/** What COR knows before the story starts. The external ids are the GUIDs of the Dynamics rows. */
export function corSeed() {
  const { robin, sam, kim, alex } = RESOURCES;
  const { bridge, tidal, orchard, lantern } = PROJECTS;
  return {
    users: [robin, sam, kim, alex].map(({ id, name }) => ({
      id,
      name,
      email: `${name.toLowerCase().replace(' ', '.')}@example.com`,
    })),
    workspaces: [bridge, tidal, orchard, lantern].map(({ id, name }) => ({ id, name })),
  };
}
