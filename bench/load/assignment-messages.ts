import { randomUUID } from 'node:crypto';
import type { NamedRow } from '../../local/events/cast.ts';
import {
  type Columns,
  executionContext,
  jsonBody,
  type RowChange,
} from '../../local/events/dataverse-message.ts';

/** What differs between the messages of one template. GUIDs in lower case. */
export interface AssignmentEvent {
  readonly record: string;
  readonly user: string;
  readonly workspace: string;
  /** Whole hours from 10 to 99: two digits, so that every message of a template has the same size. */
  readonly hours: number;
  /** Whole number of seven digits. A higher one is newer. */
  readonly version: number;
}

/** Sizes of bodies, in KB, as Dataverse posts them: a slim step, the usual one, and one whose images select every column. */
export type BodySize = 3 | 9 | 25;

const RECORD = 'aaaaaaaa-0000-4000-a000-000000000001';
const USER = 'aaaaaaaa-0000-4000-a000-000000000002';
const WORKSPACE = 'aaaaaaaa-0000-4000-a000-000000000003';
const HOURS = 71;
const VERSION = 7_654_321;
const AT = new Date('2026-03-02T10:00:00Z');

const row = (table: string, id: string, name: string): NamedRow => ({ table, id, name });

const BASIC: Columns = {
  msdyn_bookableresourceid: row('bookableresource', USER, 'Robin Fields'),
  msdyn_projectid: row('msdyn_project', WORKSPACE, 'Bridge renewal'),
  msdyn_effort: HOURS,
  msdyn_start: new Date('2026-03-02T08:00:00Z'),
  msdyn_finish: new Date('2026-03-27T16:00:00Z'),
  statecode: { option: 0 },
};

const USUAL: Columns = {
  msdyn_name: 'Survey the piers',
  ...BASIC,
  msdyn_taskid: row('msdyn_projecttask', randomUUID(), 'Survey the piers'),
  msdyn_projectteamid: row('msdyn_projectteam', randomUUID(), 'Robin Fields'),
  msdyn_effortcompleted: 0,
  msdyn_effortremaining: 40,
  statuscode: { option: 1 },
};

/** A row with the columns that a full form adds: texts, choices, lookups and numbers that the mapping does not read. */
const FULL: Columns = {
  ...USUAL,
  ...Object.fromEntries(
    Array.from({ length: 7 }, (_, at): [string, Columns[string]][] => [
      [`new_note${at}`, 'The crane is booked until noon; bring the long ladder.'],
      [`new_choice${at}`, { option: 192_350_000 + at }],
      [`new_lookup${at}`, row('account', randomUUID(), 'Example Works')],
      [`new_amount${at}`, 1234.5 + at],
    ]).flat(),
  ),
};

function change(columns: Columns, message: 'Create' | 'Update'): RowChange {
  const image = { ...columns, modifiedon: AT, versionnumber: VERSION };
  return {
    message,
    table: 'msdyn_resourceassignment',
    id: RECORD,
    target: message === 'Create' ? columns : { msdyn_effort: HOURS },
    ...(message === 'Update' && { pre: image }),
    post: image,
    primaryName: 'Survey the piers',
    at: AT,
    label: 'bench',
  };
}

const DELETION: RowChange = {
  message: 'Delete',
  table: 'msdyn_resourceassignment',
  id: RECORD,
  target: {},
  pre: { ...USUAL, modifiedon: AT, versionnumber: VERSION },
  primaryName: 'Survey the piers',
  at: AT,
  label: 'bench',
};

/** Without the context of the operation that caused the event, and with the registered image only. */
function slim(context: ReturnType<typeof executionContext>): object {
  const { OwningExtension: _, SharedVariables: __, PostEntityImages, ...members } = context;
  return { ...members, ParentContext: null, PostEntityImages: PostEntityImages.slice(1) };
}

function sample(size: BodySize): object {
  switch (size) {
    case 3: {
      const { pre: _, ...update } = change(BASIC, 'Update');
      return slim(executionContext(update));
    }
    case 9:
      return executionContext(change(USUAL, 'Create'));
    case 25:
      return executionContext({ ...change(FULL, 'Update'), target: FULL });
  }
}

const PLACES: readonly [string, keyof AssignmentEvent][] = [
  [RECORD, 'record'],
  [USER, 'user'],
  [WORKSPACE, 'workspace'],
  [String(VERSION), 'version'],
  [String(HOURS), 'hours'],
];

const ANY_PLACE = new RegExp(`(${PLACES.map(([text]) => `\\b${text}\\b`).join('|')})`);

/** As `assignmentTemplate`, of the usual size, for the deletion of a row: the version is that of its last state. */
export function deletionTemplate(): (event: AssignmentEvent) => Buffer {
  return templateOf(executionContext(DELETION));
}

/** A function that writes the JSON body of an event, quickly: the text is built once and only the places that differ are filled in. */
export function assignmentTemplate(size: BodySize): (event: AssignmentEvent) => Buffer {
  return templateOf(sample(size));
}

function templateOf(context: object): (event: AssignmentEvent) => Buffer {
  const pieces = jsonBody(context).toString().split(ANY_PLACE);
  const members = pieces.map((piece) => PLACES.find(([text]) => text === piece)?.[1]);
  return (event) =>
    Buffer.from(pieces.map((piece, at) => (members[at] ? event[members[at]] : piece)).join(''));
}

/** A GUID made of two numbers: the same user or project in every round that names it. */
export function numberedGuid(kind: number, number: number): string {
  const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0');
  return `${hex(kind, 8)}-b000-4000-a000-${hex(number, 12)}`;
}
