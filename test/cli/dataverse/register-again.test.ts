import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ACCESS,
  check,
  connectTo,
  everyRow,
  image,
  KEY,
  registerAll,
  removeAll,
  startFake,
  step,
  stored,
  wanted,
  writes,
} from './dataverse-fixture.ts';

describe('registering over what is there', () => {
  it('makes only what is missing', async () => {
    const fake = await startFake();
    const api = connectTo(fake);
    await registerAll(api);
    const { sdkmessageprocessingstepimageid: imageId } = image(fake, 'Update', 'PreImage');
    fake.store.rows.sdkmessageprocessingstepimages.delete(String(imageId));
    const { sdkmessageprocessingstepimageid: deleteImageId } = image(fake, 'Delete', 'PreImage');
    const { sdkmessageprocessingstepid: stepId } = step(fake, 'Delete');
    fake.store.rows.sdkmessageprocessingstepimages.delete(String(deleteImageId));
    fake.store.rows.sdkmessageprocessingsteps.delete(String(stepId));
    expect(await registerAll(api)).toEqual([
      'Image "PreImage" registered.',
      'Step "COR connector: Delete of msdyn_resourceassignment" registered.',
      'Image "PreImage" registered.',
    ]);
    expect(await registerAll(api)).toEqual([]);
  });

  it('corrects only the columns that are wrong', async () => {
    const fake = await startFake();
    const api = connectTo(fake);
    await registerAll(api);
    const update = step(fake, 'Update');
    Object.assign(update, { filteringattributes: 'msdyn_projectid', statecode: 1, statuscode: 2 });
    const before = writes(fake).length;
    expect(await registerAll(api)).toEqual([
      'Step "COR connector: Update of msdyn_resourceassignment" corrected: filteringattributes, statecode, statuscode.',
    ]);
    const [patch, ...rest] = writes(fake).slice(before);
    expect(rest).toEqual([]);
    expect(patch).toMatchObject({
      method: 'PATCH',
      path: `sdkmessageprocessingsteps(${update.sdkmessageprocessingstepid})`,
      body: {
        filteringattributes:
          'msdyn_bookableresourceid,msdyn_projectid,msdyn_effort,msdyn_start,msdyn_finish,statecode',
        statecode: 0,
        statuscode: 1,
      },
    });
  });

  it('takes over a step and an image that were registered by hand under other names', async () => {
    const fake = await startFake();
    const api = connectTo(fake);
    await registerAll(api);
    step(fake, 'Update').name = 'by hand';
    image(fake, 'Delete', 'PreImage').name = 'by hand too';
    expect(await registerAll(api)).toEqual([
      'Step "COR connector: Update of msdyn_resourceassignment" corrected: name.',
      'Image "PreImage" corrected: name.',
    ]);
    expect(fake.store.rows.sdkmessageprocessingsteps.size).toBe(4);
  });

  it('gives a step with the right name its message back', async () => {
    const fake = await startFake();
    const api = connectTo(fake);
    await registerAll(api);
    const { _sdkmessageid_value, _sdkmessagefilterid_value } = step(fake, 'Delete');
    Object.assign(step(fake, 'Create'), { _sdkmessageid_value, _sdkmessagefilterid_value });
    expect(await registerAll(api)).toEqual([
      'Step "COR connector: Create of msdyn_resourceassignment" corrected: sdkmessageid, sdkmessagefilterid.',
    ]);
    expect(await check(api)).toEqual({ wrong: [], surplus: [] });
  });

  it('leaves a webhook of the same name alone', async () => {
    const fake = await startFake();
    const api = connectTo(fake);
    await registerAll(api);
    stored(fake, 'serviceendpoints').contract = 8;
    await expect(registerAll(api)).rejects.toThrow(
      'The service endpoint "COR connector" is no Service Bus queue, its contract is 8 (Webhook): use another --name, or remove it first.',
    );
    await expect(removeAll(api)).rejects.toThrow('use another --name');
  });

  it.each(['asTheyAre', 'withStep'] as const)(
    'mends whatever somebody changed or deleted (images are updated %s)',
    async (imageUpdates) => {
      const fake = await startFake({ switches: { imageUpdates } });
      const api = connectTo(fake);
      const WRONG: Record<string, unknown> = {
        name: 'another',
        contract: 2,
        messageformat: 1,
        messagecharset: 0,
        userclaim: 3,
        path: 'other',
        saskeyname: 'old',
        saskey: '',
        mode: 0,
        stage: 20,
        supporteddeployment: 2,
        asyncautodelete: false,
        filteringattributes: 'statecode',
        statecode: 1,
        entityalias: 'Other',
        imagetype: 2,
        messagepropertyname: 'EntityMoniker',
        attributes: null,
        _sdkmessageid_value: '00000000-0000-0000-0000-000000000000',
      };
      const damage = fc.record({
        row: fc.nat(7),
        column: fc.constantFrom('DELETE', ...Object.keys(WRONG)),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(damage, { maxLength: 8 }), async (all) => {
          await registerAll(api);
          const rows = everyRow(fake);
          for (const { row: index, column } of all) {
            const row = rows[index];
            const { sdkmessageprocessingstepimageid: id } = row ?? {};
            if (column === 'DELETE' && id) fake.store.rows.sdkmessageprocessingstepimages.delete(String(id));
            // The endpoint is found by its name alone.
            const isChangeable = row && column in row && !(index === 0 && column === 'name');
            if (isChangeable) row[column] = WRONG[column];
            if (isChangeable && column === 'saskey') row.issaskeyset = false;
          }
          await registerAll(api);
          expect((await check(api)).wrong).toEqual([]);
          expect(await registerAll(api)).toEqual([]);
        }),
        { numRuns: 25 },
      );
    },
  );
});

describe('the key of the queue', () => {
  it('is written again when asked for, and only then', async () => {
    const fake = await startFake();
    const api = connectTo(fake);
    await registerAll(api);
    const rotated = wanted({ access: { ...ACCESS, key: 'bmV3IGtleQ==' } });
    expect(await registerAll(api, rotated)).toEqual([]);
    expect(stored(fake, 'serviceendpoints').saskey).toBe(KEY);
    expect(await registerAll(api, rotated, true)).toEqual([
      'Service endpoint "COR connector" corrected: saskey.',
    ]);
    expect(stored(fake, 'serviceendpoints').saskey).toBe('bmV3IGtleQ==');
  });

  it('goes with another policy or queue', async () => {
    const fake = await startFake();
    const api = connectTo(fake);
    await registerAll(api);
    const access = { ...ACCESS, path: 'other', keyName: 'other-send', key: 'b3RoZXIga2V5' };
    expect(await registerAll(api, wanted({ access }))).toEqual([
      'Service endpoint "COR connector" corrected: saskeyname, path.',
    ]);
    expect(stored(fake, 'serviceendpoints')).toMatchObject({ path: 'other', saskey: 'b3RoZXIga2V5' });
  });

  it('is written where Dataverse has none, as after the import of a solution', async () => {
    const fake = await startFake();
    const api = connectTo(fake);
    await registerAll(api);
    Object.assign(stored(fake, 'serviceendpoints'), { saskey: undefined, issaskeyset: false });
    expect(await registerAll(api)).toEqual(['Service endpoint "COR connector" corrected: saskey.']);
    expect(stored(fake, 'serviceendpoints').saskey).toBe(KEY);
  });

  it('is not needed to correct steps and images', async () => {
    const fake = await startFake();
    const api = connectTo(fake);
    await registerAll(api);
    step(fake, 'Update').filteringattributes = '';
    expect(await registerAll(api, wanted({ access: undefined, path: 'assignments' }))).toHaveLength(1);
  });

  it('is needed to move the endpoint to another queue', async () => {
    const fake = await startFake();
    const api = connectTo(fake);
    await registerAll(api);
    await expect(registerAll(api, wanted({ access: undefined, path: 'other' }))).rejects.toThrow(
      'Service endpoint "COR connector" has to be moved to another queue or topic: set DATAVERSE_SERVICEBUS_CONNECTION',
    );
  });
});
