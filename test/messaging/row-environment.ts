import { onTestFinished } from 'vitest';
import { startLocalDataverse } from '../../local/dataverse/local-dataverse.ts';
import type { SwitchInput } from '../../local/dataverse/switches.ts';
import { ORGANIZATION, PROJECTS, RESOURCES } from '../../local/events/cast.ts';
import { loadMapping } from '../../src/dynamics/mapping.ts';
import { LazyLookUps } from '../../src/messaging/lazy-look-ups.ts';
import { openLookUps } from '../../src/messaging/look-ups.ts';
import { contextJson, entityJson } from '../dynamics/context-json.ts';
import { handleOne, NOW, type World } from './handled-message.ts';

export const TABLE = 'msdyn_resourceassignment';

export const { robin, sam } = RESOURCES;

export const { bridge } = PROJECTS;

export const ROW = {
  msdyn_effort: 40,
  msdyn_start: '2026-05-04T08:00:00Z',
  msdyn_finish: '2026-05-08T16:00:00Z',
  msdyn_bookableresourceid: robin.id,
  msdyn_projectid: bridge.id,
};

export async function environment({ preset = 'resource-assignment', switches = {} as SwitchInput } = {}) {
  const dataverse = await startLocalDataverse({ rows: 'samples', switches });
  const mapping = loadMapping(preset);
  const settings = { origin: dataverse.url, staticToken: dataverse.token };
  const lookUps = new LazyLookUps(async () =>
    openLookUps(settings, { mapping, now: () => NOW, log: () => undefined }),
  );
  onTestFinished(async () => {
    await lookUps.close();
    await dataverse.close();
  });
  const id = dataverse.create(TABLE, ROW, { withEvent: false });
  const reads = () =>
    dataverse.requests.filter(({ path }) => /^msdyn_resourceassignments\(/.test(path)).length;
  const handle = (world: World) => handleOne({ mapping, lookUps, ...world });
  return { dataverse, id, reads, handle };
}

export const lookup = (Id: string, LogicalName: string) => ({
  __type: 'EntityReference:x',
  Id,
  LogicalName,
  Name: null,
});

export const image = (key: string, resource: string) => [
  {
    key,
    value: entityJson({
      msdyn_bookableresourceid: lookup(resource, 'bookableresource'),
      msdyn_projectid: lookup(bridge.id, 'msdyn_project'),
      statecode: { __type: 'OptionSetValue:x', Value: 0 },
      msdyn_effort: 8,
      msdyn_start: '/Date(1777881600000)/',
      msdyn_finish: '/Date(1778227200000)/',
      versionnumber: 5,
    }),
  },
];

export const body = (id: string, over: object = {}) =>
  Buffer.from(
    JSON.stringify(
      contextJson({
        MessageName: 'Update',
        PrimaryEntityName: TABLE,
        PrimaryEntityId: id,
        OrganizationId: ORGANIZATION.id,
        InputParameters: [{ key: 'Target', value: entityJson({ msdyn_effort: 40 }) }],
        ...over,
      }),
    ),
  );
