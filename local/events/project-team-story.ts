import { guidOf, type NamedRow, PROJECTS, RESOURCES } from './cast.ts';
import { type Columns, jsonBody, type RowChange } from './dataverse-message.ts';
import { createClock, type RowsOfStory, startStory, type TableShape } from './row.ts';
import type { StoryFile } from './story-file.ts';

const MEMBER: TableShape = {
  table: 'msdyn_projectteam',
  selected: [
    'msdyn_name',
    'msdyn_bookableresourceid',
    'msdyn_project',
    'msdyn_allocationmethod',
    'msdyn_percentage',
    'msdyn_requiredhours',
    'msdyn_start',
    'msdyn_finish',
    'statecode',
  ],
};

/** Values of `msdyn_allocationmethod`. */
const METHOD = {
  none: { option: 192_350_000 },
  fullCapacity: { option: 192_350_001 },
  evenly: { option: 192_350_003 },
  percentageCapacity: { option: 192_350_004 },
  frontLoad: { option: 192_350_005 },
} as const;

const { robin, sam, kim, alex, jo } = RESOURCES;
const { bridge, tidal, orchard, lantern } = PROJECTS;

const member = (resource: NamedRow | null, project: NamedRow, how: Columns): Columns => ({
  msdyn_name: resource?.name ?? 'Inspector',
  msdyn_bookableresourceid: resource,
  msdyn_project: project,
  msdyn_resourcerequirementid: {
    table: 'msdyn_resourcerequirement',
    name: project.name,
    id: guidOf(`requirement ${resource?.name} ${project.name}`),
  },
  msdyn_start: new Date('2026-03-02T08:00:00Z'),
  msdyn_finish: new Date('2026-03-13T16:00:00Z'),
  ...how,
});

const share = (percentage: number): Columns => ({
  msdyn_allocationmethod: METHOD.percentageCapacity,
  msdyn_percentage: percentage,
});

const DATA_EVENT = {
  CorrelationId: guidOf('data event correlation'),
  InitiatingUserAzureActiveDirectoryObjectId: guidOf('entra finance'),
  InputParameters: [
    {
      key: 'Target',
      value: {
        __type: 'Entity:http://schemas.microsoft.com/xrm/2011/Contracts',
        Attributes: [
          { key: 'mserp_projid', value: 'EX-0007' },
          { key: 'mserp_dataareaid', value: 'exw1' },
        ],
        Id: '00002a41-0000-0000-7c11-003002000000',
        LogicalName: 'mserp_projtableentity',
      },
    },
  ],
  MessageName: 'OnExternalUpdated',
  OperationCreatedOn: '/Date(1772445600000+0000)/',
  PrimaryEntityId: '00000000-0000-0000-0000-000000000000',
  PrimaryEntityName: 'mserp_projtableentity',
};

/**
 * Events of project team members, in the order in which they happened, after those of the resource
 * assignments; adds their rows to `rows`.
 */
export function projectTeamStory(rows: RowsOfStory = []): StoryFile[] {
  const clock = createClock(new Date('2026-02-24T09:00:00Z'), 5_961_000);
  const { row: rowOf, event } = startStory(clock, rows);
  const row = (name: string) => rowOf(MEMBER, name);

  const alexLantern = row('Alex Stone, Lantern audit');
  const fullTime = row('Full time, Tidal survey');
  const kimLantern = row('Kim Lake, Lantern audit');
  const samLantern = row('Sam Rivers, Lantern audit');
  const fromGrid = row('Kim Lake, Bridge renewal');

  const deletedWithoutImage = (): RowChange => {
    const gone = row('Robin Fields, Orchard app');
    gone.create(member(robin, orchard, share(10)));
    const { pre: _, ...change } = gone.remove();
    return change;
  };

  return [
    event('01-create-percentage.succeeded.json', alexLantern.create(member(alex, lantern, share(35.5)))),
    event(
      '02-create-full-capacity.succeeded.json',
      fullTime.create(member(sam, tidal, { msdyn_allocationmethod: METHOD.fullCapacity })),
    ),
    event(
      '03-create-evenly.succeeded.json',
      kimLantern.create(
        member(kim, lantern, { msdyn_allocationmethod: METHOD.evenly, msdyn_requiredhours: 30 }),
      ),
    ),
    event('04-percentage-raised.succeeded.json', alexLantern.update({ msdyn_percentage: 62.5 })),
    event(
      '05-member-replaced.succeeded.json',
      fullTime.update({ msdyn_bookableresourceid: robin, msdyn_name: robin.name }),
    ),
    event(
      '06-create-front-load.succeeded.json',
      samLantern.create(
        member(sam, lantern, {
          msdyn_allocationmethod: METHOD.frontLoad,
          msdyn_requiredhours: 18,
          msdyn_finish: new Date('2026-03-06T16:00:00Z'),
        }),
      ),
    ),
    event(
      '07-added-from-task-grid.succeeded.json',
      fromGrid.create(member(kim, bridge, { msdyn_allocationmethod: METHOD.none })),
    ),
    event('08-generic-placeholder.skipped.json', row('Inspector').create(member(null, lantern, share(50)))),
    event('09-project-changed.succeeded.json', samLantern.update({ msdyn_project: orchard })),
    event('10-deactivated.succeeded.json', kimLantern.deactivate()),
    event('11-reactivated.succeeded.json', kimLantern.reactivate({ msdyn_requiredhours: 20 })),
    event('12-member-removed.succeeded.json', fromGrid.remove()),
    event(
      '13-on-top-of-assignments.succeeded.json',
      row('Robin Fields, Bridge renewal').create(member(robin, bridge, share(12.5))),
    ),
    event('14-delete-without-image.MissingImage.json', deletedWithoutImage()),
    event(
      '15-unknown-user.CorEntityNotMapped.json',
      row('Jo Meadow, Tidal survey').create(member(jo, tidal, share(20))),
    ),
    event(
      '16-percentage-over-100.MappingFailed.json',
      row('Sam Rivers, Bridge renewal').create(member(sam, bridge, share(140))),
    ),
    { name: '17-finance-data-event.NotRemoteExecutionContext.json', body: jsonBody(DATA_EVENT) },
  ];
}
