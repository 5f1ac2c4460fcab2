import type { ServiceBusMessage } from '@azure/service-bus';
import { guidOf, type NamedRow } from '../../../local/events/cast.ts';
import {
  type Columns,
  executionContext,
  jsonBody,
  type RowChange,
} from '../../../local/events/dataverse-message.ts';
import { createClock, createRow, type TableShape } from '../../../local/events/row.ts';
import { loadMapping, type Mapping } from '../../../src/dynamics/mapping.ts';
import { requiredColumns } from '../../../src/dynamics/required-columns.ts';

/** Names and addresses that stand in the bodies, and must stand nowhere else. */
export const PERSONAL = ['Marlow', 'Quist', 'example.com', 'Harbour wall'] as const;

export const user = (label: string): NamedRow => ({
  table: 'bookableresource',
  id: guidOf(`user ${label}`),
  name: 'Marlow Quist',
});

export const project = (label: string): NamedRow => ({
  table: 'msdyn_project',
  id: guidOf(`project ${label}`),
  name: 'Harbour wall',
});

const clock = createClock(new Date('2026-05-04T08:00:00Z'), 7_000_000);

const shapeOf = (mapping: Mapping): TableShape => ({
  table: mapping.table,
  selected: ['msdyn_name', ...requiredColumns(mapping).postImage],
});
const ASSIGNMENT = shapeOf(loadMapping('resource-assignment'));
const MEMBER = shapeOf(loadMapping('project-team'));
const OF_ANOTHER_TABLE: TableShape = { table: 'bookableresourcebooking', selected: ['name', 'resource'] };

const named = (columns: Columns): Columns => ({
  msdyn_name: 'Marlow Quist (marlow.quist@example.com)',
  ...columns,
});

function rowOf(shape: TableShape, label: string) {
  const row = createRow(shape, clock, label);
  return { ...row, create: (columns: Columns) => row.create(named(columns)) };
}

/** A row of Dataverse: each change of it is an event. Its label makes its id. */
export const assignmentRow = (label: string) => rowOf(ASSIGNMENT, label);
export const memberRow = (label: string) => rowOf(MEMBER, label);
export const foreignRow = (label: string) => rowOf(OF_ANOTHER_TABLE, label);

/** The columns of an assignment: hours over days, both ends included. */
export const work = (
  resource: NamedRow | null,
  on: NamedRow,
  hours: number,
  [start, finish] = ['2026-03-02', '2026-03-13'],
): Columns => ({
  msdyn_bookableresourceid: resource,
  msdyn_projectid: on,
  msdyn_effort: hours,
  msdyn_start: new Date(`${start}T08:00:00Z`),
  msdyn_finish: new Date(`${finish}T16:00:00Z`),
});

/** The columns of a team member with a share of its capacity. */
export const share = (resource: NamedRow | null, on: NamedRow, percentage: number): Columns => ({
  msdyn_bookableresourceid: resource,
  msdyn_project: on,
  msdyn_allocationmethod: { option: 192_350_004 },
  msdyn_percentage: percentage,
});

/** The event as Dataverse posts it. */
export function message(messageId: string, change: RowChange): ServiceBusMessage {
  return {
    messageId,
    contentType: 'application/json',
    body: jsonBody(executionContext(change)),
    applicationProperties: {
      'http://schemas.microsoft.com/xrm/2011/Claims/EntityLogicalName': change.table,
      'http://schemas.microsoft.com/xrm/2011/Claims/RequestName': change.message,
    },
  };
}
