import type { Row } from '../../src/dataverse/web-api.ts';
import { literal, type WebApi } from '../../src/dataverse/web-api.ts';
import { STORAGE } from './component.ts';
import { CONTRACT, CONTRACT_LEGACY_QUEUE, optionText } from './options.ts';
import { RegistrationError } from './registration-error.ts';
import type { Designation } from './service-bus-access.ts';

export interface RegisteredStep {
  readonly row: Row;
  readonly images: readonly Row[];
}

/** What is registered under the endpoint's name. */
export interface Registered {
  readonly endpoint: Row | undefined;
  readonly steps: readonly RegisteredStep[];
}

const ENDPOINT_COLUMNS =
  'serviceendpointid,name,contract,connectionmode,authtype,namespaceformat,namespaceaddress,path,saskeyname,issaskeyset,messageformat,messagecharset,userclaim';
const STEP_COLUMNS =
  'sdkmessageprocessingstepid,name,stage,mode,supporteddeployment,asyncautodelete,filteringattributes,statecode,statuscode,_sdkmessageid_value,_sdkmessagefilterid_value';
const IMAGE_COLUMNS =
  'sdkmessageprocessingstepimageid,name,entityalias,imagetype,messagepropertyname,attributes,_sdkmessageprocessingstepid_value';

/**
 * Contracts of the endpoints that are ours to correct: a webhook or event hub of the same name belongs to
 * somebody else.
 */
const OWN: Readonly<Record<Designation, readonly unknown[]>> = {
  queue: [CONTRACT.queue, CONTRACT_LEGACY_QUEUE],
  topic: [CONTRACT.topic],
};

async function readEndpoint(api: WebApi, name: string, wanted?: Designation): Promise<Row | undefined> {
  const rows = await api.list(
    `serviceendpoints?$select=${ENDPOINT_COLUMNS}&$filter=name eq ${literal(name)}`,
  );
  if (rows.length > 1)
    throw new RegistrationError(`${rows.length} service endpoints are called "${name}": use another --name.`);
  const [row] = rows;
  if (!row || (wanted ? OWN[wanted] : [...OWN.queue, ...OWN.topic]).includes(row.contract)) return row;
  throw new RegistrationError(
    `The service endpoint "${name}" is no Service Bus ${wanted ?? 'queue or topic'}, its contract is ${optionText('contract', row.contract)}: use another --name${wanted ? ', or remove it first' : ''}.`,
  );
}

/**
 * Reads the endpoint of this name with all its steps and their images. Throws `RegistrationError` when it is
 * not what is wanted.
 */
export async function readRegistered(api: WebApi, name: string, wanted?: Designation): Promise<Registered> {
  const endpoint = await readEndpoint(api, name, wanted);
  if (!endpoint) return { endpoint, steps: [] };
  const id = endpoint[STORAGE.endpoint.idColumn];
  const rows = await api.list(
    `sdkmessageprocessingsteps?$select=${STEP_COLUMNS}&$filter=_eventhandler_value eq ${id}`,
  );
  if (rows.length === 0) return { endpoint, steps: [] };
  const ofSteps = rows.map((row) => `_sdkmessageprocessingstepid_value eq ${row[STORAGE.step.idColumn]}`);
  const images = await api.list(
    `sdkmessageprocessingstepimages?$select=${IMAGE_COLUMNS}&$filter=${ofSteps.join(' or ')}`,
  );
  const steps = rows.map((row) => ({
    row,
    images: images.filter((image) => image._sdkmessageprocessingstepid_value === row[STORAGE.step.idColumn]),
  }));
  return { endpoint, steps };
}
