import { describe, expect, it } from 'vitest';
import { readPlan } from '../../../cli/dataverse/read-plan.ts';
import { register } from '../../../cli/dataverse/register.ts';
import type { ShownRequest } from '../../../src/dataverse/web-api.ts';
import { loadMapping } from '../../../src/dynamics/mapping.ts';
import {
  check,
  connectTo,
  everyRow,
  image,
  KEY,
  PRODUCTS,
  registerAll,
  removeAll,
  startFake,
  step,
  stored,
  wanted,
  writes,
} from './dataverse-fixture.ts';

const NEW_STEPS = ['enabled', 'disabled'] as const;
const LISTS = ['asGiven', 'sorted'] as const;
const settings = NEW_STEPS.flatMap((newSteps) => LISTS.map((lists) => ({ newSteps, lists })));

describe('registering in an empty environment', () => {
  it.each(settings)(
    'makes endpoint, steps and images (new steps $newSteps, lists $lists)',
    async (switches) => {
      const fake = await startFake({ switches });
      const api = connectTo(fake);
      expect(await registerAll(api)).toEqual([
        'Service endpoint "COR connector" registered.',
        'Step "COR connector: Create of msdyn_resourceassignment" registered.',
        'Image "PostImage" registered.',
        'Step "COR connector: Update of msdyn_resourceassignment" registered.',
        'Image "PreImage" registered.',
        'Image "PostImage" registered.',
        'Step "COR connector: Delete of msdyn_resourceassignment" registered.',
        'Image "PreImage" registered.',
        'Step "COR connector: Restore of msdyn_resourceassignment" registered.',
      ]);
      expect(stored(fake, 'serviceendpoints')).toMatchObject({
        contract: 6,
        connectionmode: 1,
        authtype: 2,
        namespaceformat: 2,
        namespaceaddress: 'sb://contoso.servicebus.windows.net/',
        solutionnamespace: 'contoso',
        path: 'assignments',
        saskeyname: 'dataverse-send',
        saskey: KEY,
        messageformat: 2,
        messagecharset: 1,
        userclaim: 1,
      });
      for (const event of ['Create', 'Update', 'Delete', 'Restore'])
        expect(step(fake, event)).toMatchObject({
          stage: 40,
          mode: 1,
          rank: 1,
          supporteddeployment: 0,
          asyncautodelete: true,
          statecode: 0,
          statuscode: 1,
        });
      expect(image(fake, 'Create', 'PostImage')).toMatchObject({ imagetype: 1, messagepropertyname: 'Id' });
      expect(image(fake, 'Update', 'PreImage')).toMatchObject({
        imagetype: 0,
        messagepropertyname: 'Target',
      });
      expect(image(fake, 'Update', 'PostImage')).toMatchObject({
        imagetype: 1,
        messagepropertyname: 'Target',
      });
      expect(image(fake, 'Delete', 'PreImage')).toMatchObject({
        imagetype: 0,
        messagepropertyname: 'Target',
      });
      expect(fake.store.rows.sdkmessageprocessingstepimages.size).toBe(4);
      expect(await check(api)).toEqual({ wrong: [], surplus: [] });
    },
  );

  it.each(settings)(
    'changes nothing when it runs again (new steps $newSteps, lists $lists)',
    async (switches) => {
      const fake = await startFake({ switches });
      const api = connectTo(fake);
      await registerAll(api);
      const before = writes(fake).length;
      expect(await registerAll(api)).toEqual([]);
      expect(writes(fake)).toHaveLength(before);
    },
  );

  it.each([
    ['refuses', 'POST .*TriggerServiceEndpointCheck: HTTP 400 \\S+ The service endpoint is not complete\\.'],
    ['fails', 'The token is not valid for the key \\*\\*\\*\\.'],
    ['waits', 'The token is not valid for the key \\*\\*\\*\\.'],
  ] as const)(
    'makes no step while the check of the endpoint %s, and does when it is well',
    async (endpointCheck, problem) => {
      const fake = await startFake({ switches: { endpointCheck } });
      const api = connectTo(fake);
      for (const updateKey of [false, false, true])
        await expect(registerAll(api, wanted(), updateKey)).rejects.toThrow(
          new RegExp(
            `^Dataverse tried the service endpoint and failed: ${problem}\nIts steps .* run register --update-key\\.`,
          ),
        );
      expect(fake.store.rows.serviceendpoints.size).toBe(1);
      expect(fake.store.rows.sdkmessageprocessingsteps.size).toBe(0);
      Object.assign(fake.store.switches, { endpointCheck: 'succeeds' });
      expect(await registerAll(api)).toHaveLength(8);
    },
  );

  it.each([
    ['succeeds', 'Dataverse reaches the queue or topic.'],
    ['neverEnds', 'Dataverse did not say whether it reaches the queue or topic: change a row, and see.'],
    ['hidesJob', 'Dataverse did not say whether it reaches the queue or topic: change a row, and see.'],
    ['hasNoJob', 'Dataverse did not say whether it reaches the queue or topic: change a row, and see.'],
  ] as const)('goes on when the check of the endpoint %s, and says so', async (endpointCheck, note) => {
    const fake = await startFake({ switches: { endpointCheck } });
    const api = connectTo(fake);
    const notes: string[] = [];
    const onNote = (text: string) => notes.push(text);
    await register(api, await readPlan(api, wanted()), () => {}, { onNote, pollMs: 1 });
    expect(notes).toEqual([note]);
    expect(await check(api)).toEqual({ wrong: [], surplus: [] });
  });

  it('does not take the outcome of an earlier check for that of this one', async () => {
    const fake = await startFake();
    const api = connectTo(fake);
    await registerAll(api);
    Object.assign(fake.store.switches, { endpointCheck: 'hasNoJob' });
    const notes: string[] = [];
    const plan = await readPlan(api, wanted(), true);
    await register(api, plan, () => {}, { onNote: (text) => notes.push(text), pollMs: 1 });
    expect(notes).toEqual([expect.stringContaining('did not say')]);
  });

  it('can do without that check', async () => {
    const fake = await startFake({ switches: { endpointCheck: 'refuses' } });
    const api = connectTo(fake);
    await register(api, await readPlan(api, wanted()), () => {}, { skipEndpointCheck: true });
    expect(await check(api)).toEqual({ wrong: [], surplus: [] });
  });

  it('makes a topic when the connector reads from a subscription', async () => {
    const fake = await startFake();
    const api = connectTo(fake);
    const topic = wanted({ designation: 'topic' });
    expect(await registerAll(api, topic)).toHaveLength(9);
    expect(stored(fake, 'serviceendpoints')).toMatchObject({ contract: 5, path: 'assignments' });
    expect(await registerAll(api, topic)).toEqual([]);
    await expect(registerAll(api)).rejects.toThrow(
      'is no Service Bus queue, its contract is 5 (Topic): use another --name, or remove it first.',
    );
    expect(await removeAll(api)).toHaveLength(9);
  });

  it('puts new components into the solution', async () => {
    const fake = await startFake();
    await registerAll(connectTo(fake, { solution: 'contoso' }));
    const made = writes(fake).filter(({ path }) => !path.includes('('));
    expect(made).toHaveLength(9);
    for (const { solution } of made) expect(solution).toBe('contoso');
  });

  it('needs the key of the queue', async () => {
    const fake = await startFake();
    await expect(registerAll(connectTo(fake), wanted({ access: undefined }))).rejects.toThrow(
      'Service endpoint "COR connector" is not registered yet: set DATAVERSE_SERVICEBUS_CONNECTION to the connection string of its policy with Send.',
    );
    expect(writes(fake)).toEqual([]);
  });

  it('finds a name with signs that mean something in a URL or a filter', async () => {
    const fake = await startFake();
    const api = connectTo(fake);
    const odd = wanted({ name: `O'Neill & Söhne #1 100% + ?x=(y)` });
    expect(await registerAll(api, odd)).toHaveLength(9);
    expect(await registerAll(api, odd)).toEqual([]);
    expect(await removeAll(api, odd.name)).toHaveLength(9);
  });
});

describe('the columns', () => {
  const expected = {
    'Project Operations': { only: [], effort: 'msdyn_effort', start: 'msdyn_start', finish: 'msdyn_finish' },
    'Project Service Automation': {
      only: ['msdyn_committype'],
      effort: 'msdyn_hours',
      start: 'msdyn_fromdate',
      finish: 'msdyn_todate',
    },
  };

  it.each(['Project Operations', 'Project Service Automation'] as const)(
    'are those of %s',
    async (product) => {
      const fake = await startFake({ tables: PRODUCTS[product] });
      await registerAll(connectTo(fake));
      const { only, effort, start, finish } = expected[product];
      const row = [
        'msdyn_bookableresourceid',
        'msdyn_projectid',
        ...only,
        effort,
        start,
        finish,
        'statecode',
      ];
      expect(step(fake, 'Update').filteringattributes).toBe(row.join(','));
      expect(image(fake, 'Create', 'PostImage').attributes).toBe(
        [...row, 'versionnumber', 'modifiedon'].join(','),
      );
      expect(image(fake, 'Delete', 'PreImage').attributes).toBe(
        'msdyn_bookableresourceid,msdyn_projectid,versionnumber,modifiedon',
      );
      expect(step(fake, 'Create').filteringattributes).toBeUndefined();
    },
  );

  it.each(['Project Operations', 'Project Service Automation'] as const)(
    'of team members are those of %s',
    async (product) => {
      const fake = await startFake({ tables: PRODUCTS[product] });
      const api = connectTo(fake);
      const team = wanted({ mapping: loadMapping('project-team') });
      await registerAll(api, team);
      const dates = product === 'Project Operations' ? 'msdyn_start,msdyn_finish' : 'msdyn_from,msdyn_to';
      expect(step(fake, 'Update').filteringattributes).toContain(
        `${dates},msdyn_percentage,msdyn_requiredhours,`,
      );
      expect(await registerAll(api, team)).toEqual([]);
    },
  );

  it('are asked for by name when none of the alternatives exists', async () => {
    const without = PRODUCTS['Project Operations'].msdyn_resourceassignment.filter(
      (name) => name !== 'msdyn_effort' && name !== 'msdyn_projectid',
    );
    const fake = await startFake({ tables: { msdyn_resourceassignment: without } });
    await expect(registerAll(connectTo(fake))).rejects.toThrow(
      `The table msdyn_resourceassignment of this environment lacks columns that the mapping needs:
  - msdyn_projectid (/workspace/column)
  - msdyn_effort or msdyn_hours (/allocation/0/hours)
Use a mapping that names this table's own columns (--mapping FILE).`,
    );
    expect(writes(fake)).toEqual([]);
  });

  it('of a table that is not there point to the product', async () => {
    const fake = await startFake({ tables: {} });
    await expect(registerAll(connectTo(fake))).rejects.toThrow(
      'This environment has no table msdyn_resourceassignment. Install Project Operations (or Project Service Automation) there',
    );
    expect(writes(fake)).toEqual([]);
  });
});

describe('a dry run', () => {
  it('sends no write and shows the requests of the real run, in their order', async () => {
    const fake = await startFake();
    const shown: ShownRequest[] = [];
    await registerAll(connectTo(fake, { dryRun: true, onRequest: (request) => shown.push(request) }));
    expect(writes(fake)).toEqual([]);
    expect(everyRow(fake)).toEqual([]);

    const reads = fake.requests.length;
    await registerAll(connectTo(fake));
    // What came of the endpoint check can only be asked after it was made.
    const isPoll = (path: string) => path.startsWith('asyncoperations');
    const real = fake.requests
      .slice(reads)
      .filter(
        ({ path }, i, all) => !(isPoll(path) && all.slice(0, i).some((earlier) => isPoll(earlier.path))),
      );
    const withoutIds = (path: string) => path.replace(/\([^)']*\)/g, '(ID)').split('?')[0];
    expect(
      shown.map(({ method, path }) => `${method} ${withoutIds(path.replace('/api/data/v9.2/', ''))}`),
    ).toEqual(real.map(({ method, path }) => `${method} ${withoutIds(path)}`));
    expect(shown.find(({ path }) => path.endsWith('/serviceendpoints'))?.body).toMatchObject({
      saskey: '***',
    });
    expect(JSON.stringify(shown)).not.toContain(KEY);
  });
});
