import { describe, expect, it } from 'vitest';
import type { LocalDataverse } from '../../../local/dataverse/options.ts';
import { loadMapping } from '../../../src/dynamics/mapping.ts';
import {
  check,
  connectTo,
  everyRow,
  image,
  registerAll,
  removeAll,
  startFake,
  step,
  stored,
  wanted,
  writes,
} from './dataverse-fixture.ts';

const ENDPOINT = 'Service endpoint "COR connector"';
const stepOf = (event: string) => `Step "COR connector: ${event} of msdyn_resourceassignment"`;

type Damage = readonly [what: string, (fake: LocalDataverse) => void, finding: string];

const set = (row: Record<string, unknown>, changes: Record<string, unknown>): void => {
  Object.assign(row, changes);
};
const endpoint = (changes: Record<string, unknown>) => (fake: LocalDataverse) =>
  set(stored(fake, 'serviceendpoints'), changes);
const onStep = (event: string, changes: Record<string, unknown>) => (fake: LocalDataverse) =>
  set(step(fake, event), changes);
const onImage = (event: string, alias: string, changes: Record<string, unknown>) => (fake: LocalDataverse) =>
  set(image(fake, event, alias), changes);

const DAMAGES: readonly Damage[] = [
  [
    'the default message format, .NET binary',
    endpoint({ messageformat: 1 }),
    `${ENDPOINT}: messageformat (Message Format) should be 2 (JSON), found 1 (.NET Binary).`,
  ],
  [
    'the default charset',
    endpoint({ messagecharset: 0 }),
    `${ENDPOINT}: messagecharset should be 1 (UTF-8), found 0 (Default).`,
  ],
  [
    'the old queue contract',
    endpoint({ contract: 2 }),
    `${ENDPOINT}: contract (Designation Type) should be 6 (Queue), found 2 (Queue, legacy).`,
  ],
  [
    'user data beside the message',
    endpoint({ userclaim: 3 }),
    `${ENDPOINT}: userclaim (User Information Sent) should be 1 (None), found 3 (UserInfo).`,
  ],
  [
    'another queue',
    endpoint({ path: 'elsewhere' }),
    `${ENDPOINT}: path (Queue or Topic Name) should be assignments, found elsewhere.`,
  ],
  [
    'another namespace',
    endpoint({ namespaceaddress: 'sb://other.servicebus.windows.net/' }),
    `${ENDPOINT}: namespaceaddress (Namespace Address) should be sb://contoso.servicebus.windows.net/, found sb://other.servicebus.windows.net/.`,
  ],
  ['no key', endpoint({ issaskeyset: false }), `${ENDPOINT}: saskey (SAS Key) should be a key, found none.`],
  [
    'a synchronous step',
    onStep('Create', { mode: 0 }),
    `${stepOf('Create')}: mode (Execution Mode) should be 1 (Asynchronous), found 0 (Synchronous).`,
  ],
  [
    'another stage',
    onStep('Delete', { stage: 20 }),
    `${stepOf('Delete')}: stage (Event Pipeline Stage of Execution) should be 40 (PostOperation), found 20 (PreOperation).`,
  ],
  [
    'a disabled step',
    onStep('Update', { statecode: 1 }),
    `${stepOf('Update')}: statecode (Enable) should be 0 (Enabled), found 1 (Disabled).`,
  ],
  [
    'jobs that are kept',
    onStep('Update', { asyncautodelete: false }),
    `${stepOf('Update')}: asyncautodelete (Delete AsyncOperation if StatusCode = Successful) should be true, found false.`,
  ],
  [
    'filtering attributes that are missing or too many',
    onStep('Update', {
      filteringattributes:
        'msdyn_bookableresourceid, msdyn_projectid,msdyn_effort,msdyn_start,statecode,ownerid',
    }),
    `${stepOf('Update')}: filteringattributes (Filtering Attributes) should be msdyn_bookableresourceid,msdyn_projectid,msdyn_effort,msdyn_start,msdyn_finish,statecode, found without msdyn_finish and with ownerid as well.`,
  ],
  [
    'a step on another message',
    onStep('Create', { _sdkmessageid_value: 'another' }),
    `${stepOf('Create')}: sdkmessageid (Message) should be Create, found another.`,
  ],
  [
    'an image with all columns',
    onImage('Update', 'PostImage', { attributes: null }),
    `${stepOf('Update')}, Image "PostImage": attributes (Parameters) should be msdyn_bookableresourceid,msdyn_projectid,msdyn_effort,msdyn_start,msdyn_finish,statecode,versionnumber,modifiedon, found none.`,
  ],
  [
    'an image with another alias',
    onImage('Delete', 'PreImage', { entityalias: 'Before' }),
    `${stepOf('Delete')}, Image "PreImage": entityalias (Entity Alias) should be PreImage, found Before.`,
  ],
  [
    'an image of the other type',
    onImage('Update', 'PreImage', { imagetype: 1 }),
    `${stepOf('Update')}, Image "PreImage": imagetype (Image Type) should be 0 (Pre Image), found 1 (Post Image).`,
  ],
  [
    'a missing image',
    (fake) => {
      const { sdkmessageprocessingstepimageid: id } = image(fake, 'Create', 'PostImage');
      fake.store.rows.sdkmessageprocessingstepimages.delete(String(id));
    },
    `${stepOf('Create')}, Image "PostImage" is missing.`,
  ],
  [
    'a missing step',
    (fake) => {
      const { sdkmessageprocessingstepid: id } = step(fake, 'Delete');
      fake.store.rows.sdkmessageprocessingsteps.delete(String(id));
    },
    `${stepOf('Delete')} is missing.`,
  ],
  [
    'a step on Restore that is missing',
    (fake) => {
      const { sdkmessageprocessingstepid: id } = step(fake, 'Restore');
      fake.store.rows.sdkmessageprocessingsteps.delete(String(id));
    },
    `${stepOf('Restore')} is missing.`,
  ],
];

describe('check', () => {
  it.each(DAMAGES)('finds %s', async (_what, damage, finding) => {
    const fake = await startFake();
    const api = connectTo(fake);
    await registerAll(api);
    damage(fake);
    const before = writes(fake).length;
    expect(await check(api)).toEqual({ wrong: [finding], surplus: [] });
    expect(writes(fake)).toHaveLength(before);
  });

  it('says of an empty environment only that the endpoint is missing', async () => {
    const fake = await startFake();
    expect(await check(connectTo(fake))).toEqual({ wrong: [`${ENDPOINT} is missing.`], surplus: [] });
  });

  it('does not mind case or a slash in the address', async () => {
    const fake = await startFake();
    const api = connectTo(fake);
    await registerAll(api);
    endpoint({ namespaceaddress: 'sb://Contoso.servicebus.windows.net' })(fake);
    expect((await check(api)).wrong).toEqual([]);
  });

  it('mentions what is registered for nothing, such as the steps of the mapping before', async () => {
    const fake = await startFake();
    const api = connectTo(fake);
    await registerAll(api, wanted({ mapping: loadMapping('project-team') }));
    await registerAll(api);
    const { sdkmessageprocessingstepid } = stored(fake, 'sdkmessageprocessingsteps', ({ name }) =>
      String(name).endsWith('Update of msdyn_resourceassignment'),
    );
    await api.create('sdkmessageprocessingstepimages', {
      name: 'Extra',
      entityalias: 'Extra',
      imagetype: 0,
      messagepropertyname: 'Target',
      'sdkmessageprocessingstepid@odata.bind': `/sdkmessageprocessingsteps(${sdkmessageprocessingstepid})`,
    });
    expect(await check(api)).toEqual({
      wrong: [],
      surplus: [
        ...['Create', 'Update', 'Delete', 'Restore'].map(
          (event) =>
            `Step "COR connector: ${event} of msdyn_projectteam" is registered, but the mapping does not need it.`,
        ),
        `${stepOf('Update')}, Image "Extra" is registered, but the mapping does not need it.`,
      ],
    });
  });
});

describe('remove', () => {
  it('leaves nothing of the registration and nothing else touched', async () => {
    const fake = await startFake();
    const api = connectTo(fake);
    await registerAll(api, wanted({ name: 'Somebody else' }));
    const others = everyRow(fake);
    await registerAll(api);
    const done = await removeAll(api);
    expect(done).toHaveLength(9);
    expect(done[0]).toBe('Image "PostImage" of COR connector: Create of msdyn_resourceassignment removed.');
    expect(done.at(-1)).toBe(`${ENDPOINT} removed.`);
    expect(everyRow(fake)).toEqual(others);
  });

  it('finishes a removal that was interrupted', async () => {
    const fake = await startFake();
    const api = connectTo(fake);
    await registerAll(api);
    const { sdkmessageprocessingstepimageid: id } = image(fake, 'Create', 'PostImage');
    await api.delete(`sdkmessageprocessingstepimages(${id})`);
    expect(await removeAll(api)).toHaveLength(8);
    expect(everyRow(fake)).toEqual([]);
  });

  it('has nothing to do where nothing is registered', async () => {
    expect(await removeAll(connectTo(await startFake()))).toEqual([]);
  });
});
