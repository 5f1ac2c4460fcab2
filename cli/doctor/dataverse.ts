import { accessTokens } from '../../src/dataverse/access-token.ts';
import { DataverseError } from '../../src/dataverse/dataverse-error.ts';
import { readOrganization } from '../../src/dataverse/environment-url.ts';
import { createWebApi, type WebApi } from '../../src/dataverse/web-api.ts';
import type { Mapping } from '../../src/dynamics/mapping.ts';
import { OPERATOR } from '../dataverse/operator.ts';
import { findings } from '../dataverse/plan.ts';
import { readPlan } from '../dataverse/read-plan.ts';
import { RegistrationError } from '../dataverse/registration-error.ts';
import { readDesignation } from '../dataverse/service-bus-access.ts';
import type { Session } from '../frame/session.ts';
import type { Environment } from '../frame/settings.ts';
import { type Finding, failed, ok, skipped, unsure } from './check.ts';

const NAME = 'COR connector';

async function checked(about: string, look: () => Promise<Finding>, todo: string): Promise<Finding> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof DataverseError || error instanceof RegistrationError)
      return failed(about, error.message.split('\n')[0] ?? '', todo);
    throw error;
  }
}

async function checkOrganization(
  api: WebApi,
  { DATAVERSE_ORGANIZATION_ID: wanted }: Environment,
): Promise<Finding> {
  const about = 'Dataverse, organization';
  const id = String((await api.get('WhoAmI')).OrganizationId).toLowerCase();
  if (!wanted) return ok(about, id);
  return wanted.toLowerCase() === id
    ? ok(about, `${id}, as DATAVERSE_ORGANIZATION_ID says`)
    : failed(
        about,
        `${id}, and DATAVERSE_ORGANIZATION_ID is another`,
        'Point DATAVERSE_URL and DATAVERSE_ORGANIZATION_ID at one environment.',
      );
}

async function checkRows(api: WebApi, { table }: Mapping): Promise<Finding> {
  const { EntitySetName } = await api.get(`EntityDefinitions(LogicalName='${table}')?$select=EntitySetName`);
  await api.get(`${EntitySetName}?$top=1`);
  return ok('Dataverse, rows', `${table} can be read`);
}

async function checkSteps(api: WebApi, mapping: Mapping, settings: Environment): Promise<Finding> {
  const about = 'Dataverse, steps';
  const { designation, path } = readDesignation({}, settings);
  const { wrong } = findings(await readPlan(api, { mapping, name: NAME, designation, path }));
  return wrong.length === 0
    ? ok(about, 'registered as the mapping needs them')
    : unsure(
        about,
        `not as the mapping needs them (${wrong.length})`,
        './connector dataverse check names each',
      );
}

/**
 * The environment's organization, whether rows and registration can be read, and whether the steps are right.
 */
export async function checkDataverse(
  session: Session,
  settings: Environment,
  mapping: Mapping,
): Promise<Finding[]> {
  const { DATAVERSE_URL: url, DATAVERSE_STATIC_TOKEN: token } = settings;
  if (!url) return [skipped('Dataverse', 'DATAVERSE_URL is not set')];
  const { origin, isLoopback } = readOrganization(url);
  const api = createWebApi({
    origin,
    tokens: token && isLoopback ? async () => token : accessTokens(session.shell.credential),
    operator: OPERATOR,
  });
  try {
    const organization = await checked(
      'Dataverse, organization',
      () => checkOrganization(api, settings),
      'az login as a user of the environment; check DATAVERSE_URL.',
    );
    if (organization.state === 'failed') return [organization];
    return [
      organization,
      await checked(
        'Dataverse, rows',
        () => checkRows(api, mapping),
        `Give the login a role with Read on ${mapping.table}.`,
      ),
      await checked(
        'Dataverse, steps',
        () => checkSteps(api, mapping, settings),
        'It takes System Customizer to look at steps.',
      ),
    ];
  } finally {
    await api.close();
  }
}
