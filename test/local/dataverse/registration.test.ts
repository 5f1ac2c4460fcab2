import { beforeEach, describe, expect, it } from 'vitest';
import type { LocalDataverse } from '../../../local/dataverse/options.ts';
import {
  connectTo,
  registerAll,
  startFake,
  step,
  stored,
  TOKEN,
} from '../../cli/dataverse/dataverse-fixture.ts';

// What the tests of the command are worth depends on how strict the fake is.

const ENDPOINT = {
  name: 'another',
  contract: 6,
  connectionmode: 1,
  authtype: 2,
  namespaceformat: 2,
  namespaceaddress: 'sb://contoso.servicebus.windows.net/',
  solutionnamespace: 'contoso',
  path: 'assignments',
  saskeyname: 'dataverse-send',
  saskey: 'a2V5',
  messageformat: 2,
  messagecharset: 1,
  userclaim: 1,
};

let fake: LocalDataverse;
beforeEach(async () => {
  fake = await startFake();
  await registerAll(connectTo(fake));
});

const HEADERS = {
  accept: 'application/json',
  'content-type': 'application/json',
  'odata-version': '4.0',
  'odata-maxversion': '4.0',
  authorization: `Bearer ${TOKEN}`,
};

async function ask(method: string, path: string, body?: object, headers: Record<string, string> = {}) {
  const response = await fetch(`${fake.url}/api/data/v9.2/${path}`, {
    method,
    headers: { ...HEADERS, ...headers },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, message: text && JSON.parse(text).error?.message };
}

/** The binds of a step on this message, as the registered one has them. */
function stepOn(event: string): Record<string, unknown> {
  const { _sdkmessageid_value: message, _sdkmessagefilterid_value: filter } = step(fake, event);
  return {
    name: 'another',
    stage: 40,
    mode: 1,
    rank: 1,
    supporteddeployment: 0,
    asyncautodelete: true,
    'eventhandler_serviceendpoint@odata.bind': `/serviceendpoints(${stored(fake, 'serviceendpoints').serviceendpointid})`,
    'sdkmessageid@odata.bind': `/sdkmessages(${message})`,
    'sdkmessagefilterid@odata.bind': `/sdkmessagefilters(${filter})`,
  };
}

const imageOn = (event: string): Record<string, unknown> => ({
  name: 'Other',
  entityalias: 'Other',
  imagetype: event === 'Create' ? 1 : 0,
  messagepropertyname: event === 'Create' ? 'Id' : 'Target',
  attributes: 'msdyn_projectid',
  'sdkmessageprocessingstepid@odata.bind': `/sdkmessageprocessingsteps(${step(fake, event).sdkmessageprocessingstepid})`,
});

/** Without a property, then with others. */
function changed(
  body: Record<string, unknown>,
  leaveOut: string | undefined,
  more: Record<string, unknown> = {},
) {
  const kept = Object.entries(body).filter(([name]) => name !== leaveOut);
  return { ...Object.fromEntries(kept), ...more };
}

describe('a registration in the local Dataverse', () => {
  it('takes what is right', async () => {
    expect(await ask('POST', 'sdkmessageprocessingsteps', stepOn('Update'))).toMatchObject({ status: 204 });
    for (const event of ['Create', 'Update', 'Delete'])
      expect(await ask('POST', 'sdkmessageprocessingstepimages', imageOn(event))).toMatchObject({
        status: 204,
      });
    expect(await ask('POST', 'serviceendpoints', ENDPOINT)).toMatchObject({ status: 204 });
  });

  const endpoints: [string, string | undefined, Record<string, unknown>, RegExp][] = [
    ['a field that the table does not have', undefined, { sasKey: 'x' }, /Invalid property 'sasKey'/],
    ['a value that no option has', undefined, { contract: 11 }, /Accepted Values: 1,2,/],
    ['a number as text', undefined, { messageformat: '2' }, /expected type 'Edm\.Int32'/],
    ['a computed field', undefined, { issaskeyset: true }, /read-only/],
    ['a name of more than 256 characters', undefined, { name: 'x'.repeat(257) }, /maximum allowed length/],
    ['an address without sb://', undefined, { namespaceaddress: 'contoso' }, /should look like sb:/],
    ['a SAS key without its name', 'saskeyname', {}, /needs saskeyname/],
    ...['name', 'contract', 'connectionmode', 'path', 'solutionnamespace', 'userclaim'].map(
      (name): [string, string, Record<string, unknown>, RegExp] => [
        `an endpoint without ${name}`,
        name,
        {},
        new RegExp(`'${name}' .* is required`),
      ],
    ),
  ];
  it.each(endpoints)('refuses %s', async (_what, leaveOut, more, message) => {
    const answer = await ask('POST', 'serviceendpoints', changed(ENDPOINT, leaveOut, more));
    expect(answer).toEqual({ status: 400, message: expect.stringMatching(message) });
  });

  const steps: [string, string, string | undefined, (binds: Record<string, unknown>) => object, RegExp][] = [
    ['a synchronous step', 'Create', undefined, () => ({ mode: 0 }), /must be asynchronous/],
    ['a step before the operation', 'Create', undefined, () => ({ stage: 20 }), /PostOperation/],
    [
      'filtering attributes on Create',
      'Create',
      undefined,
      () => ({ filteringattributes: 'statecode' }),
      /not supported for the message Create/,
    ],
    [
      'a filtering attribute that is no column',
      'Update',
      undefined,
      () => ({ filteringattributes: 'statecode,msdyn_hours' }),
      /'msdyn_hours'/,
    ],
    [
      'a navigation property in PascalCase',
      'Update',
      'sdkmessageid@odata.bind',
      (body) => ({ 'SdkMessageId@odata.bind': body['sdkmessageid@odata.bind'] }),
      /undeclared property 'SdkMessageId'/,
    ],
    [
      'a plug-in type',
      'Update',
      undefined,
      (body) => ({ 'plugintypeid@odata.bind': body['sdkmessageid@odata.bind'] }),
      /undeclared property 'plugintypeid'/,
    ],
    [
      'a bind to another table',
      'Update',
      'sdkmessageid@odata.bind',
      (body) => ({ 'sdkmessageid@odata.bind': body['sdkmessagefilterid@odata.bind'] }),
      /should refer to sdkmessages/,
    ],
    [
      'a step of nothing',
      'Update',
      'eventhandler_serviceendpoint@odata.bind',
      () => ({}),
      /'_eventhandler_value' .* is required/,
    ],
    [
      'a filter of another message',
      'Update',
      'sdkmessagefilterid@odata.bind',
      () => ({
        'sdkmessagefilterid@odata.bind': `/sdkmessagefilters(${step(fake, 'Delete')._sdkmessagefilterid_value})`,
      }),
      /belongs to another message/,
    ],
    ['a state without its status', 'Update', undefined, () => ({ statecode: 1 }), /not a valid status/],
  ];
  it.each(steps)('refuses %s', async (_what, event, leaveOut, more, message) => {
    const body = stepOn(event);
    const payload = changed(body, leaveOut, { ...more(body) });
    const answer = await ask('POST', 'sdkmessageprocessingsteps', payload);
    expect(answer).toEqual({ status: 400, message: expect.stringMatching(message) });
  });

  const images: [string, string, string | undefined, object, RegExp][] = [
    ['a pre image on Create', 'Create', undefined, { imagetype: 0 }, /PreImage is not supported/],
    ['a post image on Delete', 'Delete', undefined, { imagetype: 1 }, /PostImage is not supported/],
    ['both images on Delete', 'Delete', undefined, { imagetype: 2 }, /PostImage is not supported/],
    [
      'an image of the Target on Create',
      'Create',
      undefined,
      { messagepropertyname: 'Target' },
      /'Target' is not/,
    ],
    ['an image of the Id on Update', 'Update', undefined, { messagepropertyname: 'Id' }, /'Id' is not/],
    ['an alias twice', 'Update', undefined, { entityalias: 'PreImage' }, /alias 'PreImage' already/],
    ['a column that is not there', 'Update', undefined, { attributes: 'msdyn_hours' }, /'msdyn_hours'/],
    ['an image of nothing', 'Update', 'sdkmessageprocessingstepid@odata.bind', {}, /is required/],
    ['an image without a type', 'Update', 'imagetype', {}, /'imagetype' .* is required/],
  ];
  it.each(images)('refuses %s', async (_what, event, leaveOut, more, message) => {
    const payload = changed(imageOn(event), leaveOut, { ...more });
    const answer = await ask('POST', 'sdkmessageprocessingstepimages', payload);
    expect(answer).toEqual({ status: 400, message: expect.stringMatching(message) });
  });

  it('refuses what it cannot read: token, headers, queries, paths', async () => {
    const wrong = 'serviceendpoints?$filter=';
    const answers = await Promise.all([
      ask('GET', 'WhoAmI', undefined, { authorization: 'Bearer another' }),
      ask('GET', 'WhoAmI', undefined, { 'odata-version': '3.0' }),
      ask('GET', 'WhoAmI', undefined, { accept: 'text/html' }),
      ask('POST', 'serviceendpoints', ENDPOINT, { 'mscrm.solutionuniquename': 'none' }),
      ask('GET', `${wrong}saskey eq 'x'`),
      ask('GET', `${wrong}contract eq '6'`),
      ask('GET', `${wrong}indexof(name,'x') eq 1`),
      ask('GET', 'serviceendpoints?$skip=1'),
      ask('GET', 'ServiceEndpoints'),
      ask('GET', 'leads'),
      ask('POST', 'sdkmessages', { name: 'Mine' }),
      ask('DELETE', `serviceendpoints(${step(fake, 'Create').sdkmessageprocessingstepid})`),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([
      401, 400, 400, 400, 400, 400, 400, 400, 404, 404, 405, 404,
    ]);
  });

  it('lets nothing go that something else needs, and never gives a key away', async () => {
    const { serviceendpointid: id } = stored(fake, 'serviceendpoints');
    const { sdkmessageprocessingstepid: stepId } = step(fake, 'Create');
    const answers = await Promise.all([
      ask('DELETE', `serviceendpoints(${id})`),
      ask('DELETE', `sdkmessageprocessingsteps(${stepId})`),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([400, 400]);
    const row = await connectTo(fake).get(`serviceendpoints(${id})`);
    expect(row).toMatchObject({ issaskeyset: true });
    expect(row).not.toHaveProperty('saskey');
  });
});
