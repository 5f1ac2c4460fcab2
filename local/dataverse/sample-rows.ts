import { guidOf, PROJECTS, RESOURCES, USER } from '../events/cast.ts';
import type { Columns } from '../events/dataverse-message.ts';
import { storyRows } from '../events/story.ts';
import { insertRow } from './data-rows.ts';
import { findTable, type Store, type StoredRow } from './store.ts';
import type { EntitySet, Table } from './table.ts';

type Value = Columns[string];

function storedValue(value: Value | undefined): unknown {
  if (value instanceof Date) return `${value.toISOString().slice(0, 19)}Z`;
  if (typeof value !== 'object' || value === null) return value;
  if ('option' in value) return value.option;
  if ('options' in value) return value.options.join(',');
  return 'money' in value ? value.money : value.id;
}

/** Values of a story as they are stored. */
function storedColumns(table: Table, columns: Columns): StoredRow {
  const lookups = new Set(Object.values(table.lookups).map(({ column }) => column));
  return Object.fromEntries(
    Object.entries(columns).map(([name, value]) => {
      const column = `_${name}_value`;
      return [lookups.has(column) ? column : name, storedValue(value)];
    }),
  );
}

/** Rows that the story only mentions are added with the name by which it does. */
function addMentioned(store: Store, columns: Columns): void {
  for (const value of Object.values(columns)) {
    if (typeof value !== 'object' || value === null || !('table' in value)) continue;
    const [entitySet, table] = findTable(store, value.table) ?? [];
    if (!entitySet || table?.primaryName === undefined || store.rows[entitySet].has(value.id)) continue;
    insertRow(store, entitySet, value.id, { [table.primaryName]: value.name });
  }
}

const slug = (name: string) => name.toLowerCase().replace(' ', '.');

function addPeople(store: Store): void {
  insertRow(store, 'systemusers', USER.id, {
    fullname: USER.name,
    domainname: 'scheduling@example.com',
    isdisabled: false,
    accessmode: 4,
    applicationid: guidOf('application scheduling'),
  });
  for (const [index, { id, name }] of Object.values(RESOURCES).entries()) {
    const userId = guidOf(`systemuser ${name}`);
    const address = `${slug(name)}@example.com`;
    insertRow(store, 'systemusers', userId, {
      fullname: name,
      domainname: address,
      internalemailaddress: address,
      employeeid: `E-${1_001 + index}`,
      azureactivedirectoryobjectid: guidOf(`entra ${name}`),
      isdisabled: false,
      accessmode: 0,
    });
    insertRow(store, 'bookableresources', id, {
      name,
      resourcetype: 3,
      timezone: 92,
      msdyn_primaryemail: address,
      _userid_value: userId,
    });
  }
}

/** Resources that are no persons: ids by what they are. */
export const OTHER_RESOURCES = {
  generic: guidOf('bookableresource Designer'),
  equipment: guidOf('bookableresource Excavator'),
  crew: guidOf('bookableresource Night crew'),
  /** A contact with an employee number of its own. */
  contact: guidOf('bookableresource Mia Brook'),
} as const;

function addOtherResources(store: Store): void {
  const contactId = guidOf('contact Mia Brook');
  insertRow(store, 'contacts', contactId, {
    fullname: 'Mia Brook',
    emailaddress1: 'mia.brook@example.org',
    employeeid: 'C-2001',
  });
  const { generic, equipment, crew, contact } = OTHER_RESOURCES;
  const add = (id: string, name: string, resourcetype: number, more: StoredRow = {}) =>
    insertRow(store, 'bookableresources', id, { name, resourcetype, timezone: 92, ...more });
  add(generic, 'Designer', 1, { msdyn_isgenericresourceprojectscoped: false });
  add(equipment, 'Excavator', 4);
  add(crew, 'Night crew', 6);
  add(contact, 'Mia Brook', 2, { _contactid_value: contactId });
}

/**
 * The rows that the sample events speak of, as they are at the end of the story, and everything that they
 * refer to.
 */
export function addSampleRows(store: Store): void {
  addPeople(store);
  addOtherResources(store);
  for (const { id, name } of Object.values(PROJECTS))
    insertRow(store, 'msdyn_projects', id, { msdyn_subject: name, msdyn_istemplate: false });
  for (const { table: logicalName, id, columns } of storyRows()) {
    const [entitySet, table] = findTable(store, logicalName) ?? [];
    if (entitySet === undefined || !table) continue;
    addMentioned(store, columns);
    insertRow(store, entitySet as EntitySet, id, storedColumns(table, columns));
  }
}
