import { onTestFinished } from 'vitest';
import type { Wanted } from '../../../cli/dataverse/desired.ts';
import { OPERATOR } from '../../../cli/dataverse/operator.ts';
import { type Findings, findings } from '../../../cli/dataverse/plan.ts';
import { readPlan } from '../../../cli/dataverse/read-plan.ts';
import { register, requireKey } from '../../../cli/dataverse/register.ts';
import { readRegistered } from '../../../cli/dataverse/registered.ts';
import { removals, remove } from '../../../cli/dataverse/remove.ts';
import type { ServiceBusAccess } from '../../../cli/dataverse/service-bus-access.ts';
import { startLocalDataverse } from '../../../local/dataverse/local-dataverse.ts';
import type { LocalDataverse, LocalDataverseOptions } from '../../../local/dataverse/options.ts';
import { createWebApi, type WebApi, type WebApiOptions } from '../../../src/dataverse/web-api.ts';
import { loadMapping } from '../../../src/dynamics/mapping.ts';

export const TOKEN = 'static-token-of-the-test';
export const KEY = 'c2FzLWtleS1vZi10aGUtdGVzdA==';
export const CONNECTION = `Endpoint=sb://contoso.servicebus.windows.net/;SharedAccessKeyName=dataverse-send;SharedAccessKey=${KEY};EntityPath=assignments`;

export const ACCESS: ServiceBusAccess = {
  address: 'sb://contoso.servicebus.windows.net/',
  namespace: 'contoso',
  path: 'assignments',
  keyName: 'dataverse-send',
  key: KEY,
};

const EVERY_TABLE = ['createdon', 'modifiedon', 'ownerid', 'statecode', 'statuscode', 'versionnumber'];
const ASSIGNMENT = [
  'msdyn_bookableresourceid',
  'msdyn_projectid',
  'msdyn_taskid',
  'msdyn_plannedwork',
  ...EVERY_TABLE,
];
const TEAM = [
  'msdyn_bookableresourceid',
  'msdyn_project',
  'msdyn_allocationmethod',
  'msdyn_percentage',
  'msdyn_requiredhours',
  ...EVERY_TABLE,
];

/** The tables as the two products have them. */
export const PRODUCTS = {
  'Project Operations': {
    msdyn_resourceassignment: [...ASSIGNMENT, 'msdyn_effort', 'msdyn_start', 'msdyn_finish'],
    msdyn_projectteam: [...TEAM, 'msdyn_start', 'msdyn_finish'],
  },
  'Project Service Automation': {
    msdyn_resourceassignment: [
      ...ASSIGNMENT,
      'msdyn_committype',
      'msdyn_hours',
      'msdyn_fromdate',
      'msdyn_todate',
    ],
    msdyn_projectteam: [...TEAM, 'msdyn_from', 'msdyn_to'],
  },
} as const;

export async function startFake(options: Partial<LocalDataverseOptions> = {}): Promise<LocalDataverse> {
  const fake = await startLocalDataverse({
    tables: PRODUCTS['Project Operations'],
    token: TOKEN,
    solutions: ['contoso'],
    ...options,
  });
  onTestFinished(() => fake.close());
  return fake;
}

export function connectTo({ url }: { url: string }, options: Partial<WebApiOptions> = {}): WebApi {
  const api = createWebApi({
    origin: url,
    tokens: async () => TOKEN,
    operator: OPERATOR,
    firstPauseMs: 1,
    ...options,
  });
  onTestFinished(() => api.close());
  return api;
}

export const wanted = (changes: Partial<Wanted> = {}): Wanted => ({
  mapping: loadMapping('resource-assignment'),
  name: 'COR connector',
  designation: 'queue',
  access: ACCESS,
  ...changes,
});

/** The sentences that `register` prints. */
export async function registerAll(
  api: WebApi,
  want: Wanted = wanted(),
  updateKey = false,
): Promise<string[]> {
  const plan = await readPlan(api, want, updateKey);
  requireKey(plan);
  const done: string[] = [];
  await register(api, plan, (sentence) => done.push(sentence), { pollMs: 1 });
  return done;
}

export const check = async (api: WebApi, want: Wanted = wanted()): Promise<Findings> =>
  findings(await readPlan(api, want));

export async function removeAll(api: WebApi, name = 'COR connector'): Promise<string[]> {
  const done: string[] = [];
  await remove(api, removals(await readRegistered(api, name)), (sentence) => done.push(sentence));
  return done;
}

export const writes = ({ requests }: LocalDataverse) => requests.filter(({ method }) => method !== 'GET');

type Row = Record<string, unknown>;

/** The only endpoint, step or image for which this holds, as it is stored; it may be changed in place. */
export function stored(
  { store }: LocalDataverse,
  entitySet: 'serviceendpoints' | 'sdkmessageprocessingsteps' | 'sdkmessageprocessingstepimages',
  where: (row: Row) => boolean = () => true,
): Row {
  const [row, ...rest] = [...store.rows[entitySet].values()].filter(where);
  if (!row || rest.length > 0) throw new Error(`There are ${rest.length + (row ? 1 : 0)} such ${entitySet}.`);
  return row;
}

export const step = (fake: LocalDataverse, event: string): Row =>
  stored(fake, 'sdkmessageprocessingsteps', ({ name }) => String(name).includes(`: ${event} of `));

export const image = (fake: LocalDataverse, event: string, alias: string): Row =>
  stored(
    fake,
    'sdkmessageprocessingstepimages',
    (row) =>
      row.entityalias === alias &&
      row._sdkmessageprocessingstepid_value === step(fake, event).sdkmessageprocessingstepid,
  );

export const everyRow = ({ store }: LocalDataverse): Row[] => [
  ...store.rows.serviceendpoints.values(),
  ...store.rows.sdkmessageprocessingsteps.values(),
  ...store.rows.sdkmessageprocessingstepimages.values(),
];
