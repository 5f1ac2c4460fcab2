import { createHash } from 'node:crypto';
import { DAY_MS } from '../../src/duration.ts';
import { insertRow } from './data-rows.ts';
import type { Store } from './store.ts';

/** Made-up assignments, the same for the same numbers. */
export interface GeneratedRows {
  readonly assignments: number;
  /** Default: one for 40 assignments. */
  readonly users?: number;
  /** Default: one for 200 assignments. */
  readonly projects?: number;
}

const FIRST_DAY = Date.UTC(2026, 0, 5, 8);

/** A GUID that is always the same for the same thing. */
function generatedId(kind: 'assignment' | 'resource' | 'user' | 'entra' | 'project', index: number): string {
  const hex = createHash('md5').update(`${kind} ${index}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}

function addPeople(store: Store, users: number): string[] {
  return Array.from({ length: users }, (_, index) => {
    const userId = generatedId('user', index);
    insertRow(store, 'systemusers', userId, {
      fullname: `Person ${index}`,
      domainname: `person.${index}@example.com`,
      internalemailaddress: `person.${index}@example.com`,
      employeeid: `E${100_000 + index}`,
      azureactivedirectoryobjectid: generatedId('entra', index),
      isdisabled: false,
      accessmode: 0,
    });
    const resourceId = generatedId('resource', index);
    insertRow(store, 'bookableresources', resourceId, {
      name: `Person ${index}`,
      resourcetype: 3,
      timezone: 92,
      _userid_value: userId,
    });
    return resourceId;
  });
}

function addProjects(store: Store, projects: number): string[] {
  return Array.from({ length: projects }, (_, index) => {
    const id = generatedId('project', index);
    insertRow(store, 'msdyn_projects', id, { msdyn_subject: `Project ${index}` });
    return id;
  });
}

/** Fills the tables without events, as if the rows had always been there. */
export function addGeneratedRows(store: Store, { assignments, ...counts }: GeneratedRows): void {
  const { users = Math.ceil(assignments / 40), projects = Math.ceil(assignments / 200) } = counts;
  const resourceIds = addPeople(store, users);
  const projectIds = addProjects(store, projects);
  for (let index = 0; index < assignments; index += 1) {
    const start = FIRST_DAY + (index % 180) * DAY_MS;
    const effort = 4 + (index % 80) / 2;
    insertRow(store, 'msdyn_resourceassignments', generatedId('assignment', index), {
      msdyn_name: `Task ${index}`,
      msdyn_effort: effort,
      msdyn_effortcompleted: 0,
      msdyn_effortremaining: effort,
      msdyn_start: new Date(start).toISOString().replace('.000', ''),
      msdyn_finish: new Date(start + (1 + (index % 20)) * DAY_MS).toISOString().replace('.000', ''),
      _msdyn_bookableresourceid_value: resourceIds[index % users] ?? null,
      // A person's assignments are spread over many projects.
      _msdyn_projectid_value: projectIds[Math.floor(index / 7) % projects] ?? null,
    });
  }
}
