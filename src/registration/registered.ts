import { type Row, STORAGE } from './component.ts';
import { CONTRACT } from './options.ts';
import { RegistrationError } from './registration-error.ts';
import { literal, type WebApi } from './web-api.ts';

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

async function readEndpoint(api: WebApi, name: string): Promise<Row | undefined> {
  const rows = await api.list(
    `serviceendpoints?$select=${ENDPOINT_COLUMNS}&$filter=name eq ${literal(name)}`,
  );
  if (rows.length > 1)
    throw new RegistrationError(`${rows.length} service endpoints are called "${name}": use another --name.`);
  const [row] = rows;
  // A webhook or a topic of the same name belongs to somebody else, even if it could be turned into a queue.
  if (row && !Object.values<unknown>(CONTRACT).includes(row.contract))
    throw new RegistrationError(
      `The service endpoint "${name}" is no Service Bus queue (contract ${row.contract}): use another --name.`,
    );
  return row;
}

/** Reads the endpoint of this name with all its steps and their images. */
export async function readRegistered(api: WebApi, name: string): Promise<Registered> {
  const endpoint = await readEndpoint(api, name);
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
