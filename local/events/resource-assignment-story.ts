import { binaryXmlBody } from './binary-xml.ts';
import { guidOf, type NamedRow, PROJECTS, RESOURCES } from './cast.ts';
import { type Columns, executionContext, jsonBody, type RowChange, truncated } from './dataverse-message.ts';
import { createClock, type RowsOfStory, startStory, type TableShape } from './row.ts';
import type { StoryFile } from './story-file.ts';

const ASSIGNMENT: TableShape = {
  table: 'msdyn_resourceassignment',
  selected: [
    'msdyn_name',
    'msdyn_bookableresourceid',
    'msdyn_projectid',
    'msdyn_projectteamid',
    'msdyn_taskid',
    'msdyn_effort',
    'msdyn_start',
    'msdyn_finish',
    'statecode',
  ],
};

/** Project Service Automation has other columns. */
const PSA_ASSIGNMENT: TableShape = {
  table: 'msdyn_resourceassignment',
  selected: [
    'msdyn_name',
    'msdyn_bookableresourceid',
    'msdyn_projectid',
    'msdyn_taskid',
    'msdyn_hours',
    'msdyn_fromdate',
    'msdyn_todate',
    'statecode',
  ],
};

const BOOKING: TableShape = {
  table: 'bookableresourcebooking',
  selected: ['name', 'resource', 'starttime', 'endtime', 'duration', 'statecode'],
};

const { robin, sam, kim, alex } = RESOURCES;
const { bridge, tidal, orchard, quarry } = PROJECTS;

const task = (name: string): NamedRow => ({ table: 'msdyn_projecttask', name, id: guidOf(`task ${name}`) });
const team = (resource: NamedRow, project: NamedRow): NamedRow => ({
  table: 'msdyn_projectteam',
  name: resource.name,
  id: guidOf(`team ${resource.name} ${project.name}`),
});

function work(
  name: string,
  resource: NamedRow,
  project: NamedRow,
  effort: number,
  days: [string, string],
): Columns {
  return {
    msdyn_name: name,
    msdyn_bookableresourceid: resource,
    msdyn_projectid: project,
    msdyn_projectteamid: team(resource, project),
    msdyn_taskid: task(name),
    msdyn_effort: effort,
    msdyn_effortcompleted: 0,
    msdyn_effortremaining: effort,
    msdyn_start: new Date(`${days[0]}T08:00:00Z`),
    msdyn_finish: new Date(`${days[1]}T16:00:00Z`),
  };
}

const BUSINESS_EVENT = {
  BusinessEventId: 'CustomerChangedBusinessEvent',
  BusinessEventLegalEntity: 'exw1',
  ContextRecordSubject: '',
  ControlNumber: 5_637_144_577,
  CustomerAccount: 'EX-000042',
  CustomerGroup: '80',
  EventId: guidOf('business event').toUpperCase(),
  EventTime: '/Date(1772445600000)/',
  EventTimeIso8601: '2026-03-02T10:00:00.0000000Z',
  InitiatingUserAADObjectId: `{${guidOf('entra finance').toUpperCase()}}`,
  MajorVersion: 0,
  MinorVersion: 0,
  ParentContextRecordSubjects: [],
};

/** Events of resource assignments, in the order in which they happened; adds their rows to `rows`. */
export function resourceAssignmentStory(rows: RowsOfStory = []): StoryFile[] {
  const clock = createClock(new Date('2026-02-23T09:00:00Z'), 5_948_000);
  const { row: rowOf, event } = startStory(clock, rows);
  const row = (name: string, shape = ASSIGNMENT) => rowOf(shape, name);

  const piers = row('Survey the piers');
  const deck = row('Inspect the deck');
  const buoys = row('Place the buoys', PSA_ASSIGNMENT);
  const open = row('Paint the railing');
  const screens = row('Draw the screens');
  const soundings = row('Take soundings');
  const again = row('Take soundings, second boat');
  const pit = row('Measure the pit');
  const endless = row('Keep the log');
  const lost = row('Check the moorings');

  return [
    event(
      '01-create-assignment.succeeded.json',
      piers.create(work('Survey the piers', robin, bridge, 40, ['2026-03-02', '2026-03-13'])),
    ),
    event(
      '02-create-second-task.succeeded.json',
      deck.create(work('Inspect the deck', robin, bridge, 12, ['2026-03-09', '2026-03-20'])),
    ),
    event(
      '03-create-with-psa-columns.succeeded.json',
      buoys.create({
        msdyn_name: 'Place the buoys',
        msdyn_bookableresourceid: sam,
        msdyn_projectid: tidal,
        msdyn_projectteamid: team(sam, tidal),
        msdyn_taskid: task('Place the buoys'),
        msdyn_committype: { option: 192_350_001 },
        msdyn_hours: 24,
        msdyn_fromdate: new Date('2026-03-02'),
        msdyn_todate: new Date('2026-03-06'),
      }),
    ),
    event('04-effort-raised.succeeded.json', piers.update({ msdyn_effort: 60, msdyn_effortremaining: 60 })),
    event(
      '05-resource-moved.succeeded.json',
      deck.update({ msdyn_bookableresourceid: kim, msdyn_projectteamid: team(kim, bridge) }),
    ),
    event(
      '06-project-moved.succeeded.json',
      buoys.update({ msdyn_projectid: orchard, msdyn_projectteamid: team(sam, orchard) }),
    ),
    event(
      '07-create-unassigned.skipped.json',
      open.create({
        ...work('Paint the railing', robin, bridge, 8, ['2026-03-16', '2026-03-20']),
        msdyn_bookableresourceid: null,
        msdyn_projectteamid: null,
      }),
    ),
    event(
      '08-create-for-kim.succeeded.json',
      screens.create(work('Draw the screens', kim, orchard, 20, ['2026-03-02', '2026-03-31'])),
    ),
    event('09-deactivated.succeeded.json', deck.deactivate()),
    event('10-reactivated.succeeded.json', deck.reactivate()),
    event(
      '11-create-for-alex.succeeded.json',
      soundings.create(work('Take soundings', alex, tidal, 30, ['2026-03-16', '2026-03-20'])),
    ),
    event('12-deleted.succeeded.json', soundings.remove()),
    event(
      '13-created-anew.succeeded.json',
      again.create(work('Take soundings, second boat', alex, tidal, 16, ['2026-03-16', '2026-03-20'])),
    ),
    event(
      '14-unassigned.succeeded.json',
      buoys.update({ msdyn_bookableresourceid: null, msdyn_projectteamid: null }),
    ),
    event(
      '15-booking-of-another-table.skipped.json',
      row('Robin Fields', BOOKING).create({
        name: 'Robin Fields',
        resource: robin,
        starttime: new Date('2026-03-02T08:00:00Z'),
        endtime: new Date('2026-03-02T16:00:00Z'),
        duration: 480,
      }),
    ),
    event('16-update-without-image.MissingImage.json', withoutImages(screens.update({ msdyn_effort: 24 }))),
    {
      name: '17-dotnet-binary.UnsupportedFormat.bin',
      body: binaryXmlBody(executionContext(piers.update({ msdyn_effort: 56 }))),
    },
    {
      name: '18-over-192-kb.TruncatedMessage.json',
      body: jsonBody(truncated(piers.update({ msdyn_effort: 64 }))),
    },
    { name: '19-finance-business-event.NotRemoteExecutionContext.json', body: jsonBody(BUSINESS_EVENT) },
    event(
      '20-unknown-workspace.CorEntityNotMapped.json',
      pit.create(work('Measure the pit', robin, quarry, 10, ['2026-03-23', '2026-03-27'])),
    ),
    event(
      '21-without-finish.MappingFailed.json',
      endless.create({
        ...work('Keep the log', sam, tidal, 4, ['2026-03-23', '2026-03-27']),
        msdyn_finish: null,
      }),
    ),
    {
      name: '22-cut-off.NotJson.json',
      body: jsonBody(
        executionContext(
          lost.create(work('Check the moorings', sam, tidal, 8, ['2026-03-23', '2026-03-24'])),
        ),
      ).subarray(0, 3_000),
    },
  ];
}

function withoutImages({ pre: _, post: __, ...change }: RowChange): RowChange {
  return change;
}
