import { describe, expect, onTestFinished, test } from 'vitest';
import { startLocalDataverse } from '../../local/dataverse/local-dataverse.ts';
import type { SwitchInput } from '../../local/dataverse/switches.ts';
import { guidOf, ORGANIZATION, PROJECTS, RESOURCES } from '../../local/events/cast.ts';
import { loadMapping } from '../../src/dynamics/mapping.ts';
import { emptyDocument } from '../../src/ledger/document.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { createMemoryLedger } from '../../src/ledger/memory-ledger.ts';
import { LazyLookUps } from '../../src/messaging/lazy-look-ups.ts';
import { openLookUps } from '../../src/messaging/look-ups.ts';
import { contextJson, entityJson } from '../dynamics/context-json.ts';
import { handleOne, NOW, type World } from './handled-message.ts';

const TABLE = 'msdyn_resourceassignment';
const { robin, sam } = RESOURCES;
const { bridge } = PROJECTS;

/** What is wrong with the environment. */
interface Wrong {
  readonly switches?: SwitchInput;
  readonly token?: string;
  readonly fault?: { readonly status: number; readonly body: string };
}

const ROW = {
  msdyn_effort: 40,
  msdyn_start: '2026-05-04T08:00:00Z',
  msdyn_finish: '2026-05-08T16:00:00Z',
  msdyn_bookableresourceid: robin.id,
  msdyn_projectid: bridge.id,
};

async function environment({ preset = 'resource-assignment', switches = {} as SwitchInput } = {}) {
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

const lookup = (Id: string, LogicalName: string) => ({
  __type: 'EntityReference:x',
  Id,
  LogicalName,
  Name: null,
});
const image = (key: string, resource: string) => [
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

const body = (id: string, over: object = {}) =>
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

describe('an event that does not suffice', () => {
  test('is what its row says: one read, and whoever else it names loses the row at that version', async () => {
    const { dataverse, id, reads, handle } = await environment();
    const { submitted, lines } = await handle({
      body: body(id, { PreEntityImages: image('PreImage', sam.id) }),
    });
    const version = { number: dataverse.row(TABLE, id).versionnumber };
    expect(reads()).toBe(1);
    expect(submitted.map(({ user, request }) => [user, request.changes[0]])).toMatchObject([
      [sam.id, { kind: 'remove', why: 'moved', version, basis: { kind: 'read' } }],
      [robin.id, { kind: 'put', workspace: bridge.id, version, basis: { kind: 'read' } }],
    ]);
    expect(lines).toMatchObject([
      { evt: 'message.completed', outcome: 'succeeded', incomplete: 'wronglySelected' },
    ]);
  });

  test('whose row is gone is taken from whom it names', async () => {
    const { dataverse, id, handle } = await environment();
    dataverse.delete(TABLE, id, { withEvent: false });
    const { submitted, lines } = await handle({
      body: body(id, { PreEntityImages: image('PreImage', sam.id) }),
    });
    expect(submitted.map(({ user, request }) => [user, request.changes[0]])).toMatchObject([
      [sam.id, { kind: 'remove', why: 'deleted', version: {} }],
    ]);
    expect(lines).toMatchObject([{ outcome: 'succeeded' }]);
    expect(lines[0]).not.toHaveProperty('versionMissing');
  });

  test('whose row is gone names what is recorded of it, looked at before the row is read once more', async () => {
    const { dataverse, id, reads, handle } = await environment();
    dataverse.delete(TABLE, id, { withEvent: false });
    const ledger = createMemoryLedger();
    const version = { number: 5, sequence: 3 };
    const entry = { state: 'assigned', workspace: 'w', allocation: { percentage: 5 }, version } as const;
    await ledger.save({ ...emptyDocument(sam.id), assignments: { [id]: entry } }, undefined);
    const { submitted } = await handle({
      ledger,
      body: body(id, { PreEntityImages: image('PreImage', sam.id) }),
    });
    expect(submitted[0]?.request.changes).toMatchObject([{ basis: { kind: 'gone', seen: version } }]);
    expect(reads()).toBe(2);
  });

  test('whose row is there again when it is read once more says what that says', async () => {
    const { dataverse, id, handle } = await environment();
    dataverse.delete(TABLE, id, { withEvent: false });
    const ledger: Pick<Ledger, 'load'> = {
      async load(user) {
        dataverse.create(TABLE, { ...ROW, [`${TABLE}id`]: id }, { withEvent: false });
        return { document: emptyDocument(user), etag: undefined };
      },
    };
    const { submitted } = await handle({
      ledger,
      body: body(id, { PreEntityImages: image('PreImage', sam.id) }),
    });
    expect(submitted.map(({ user, request }) => [user, request.changes[0]])).toMatchObject([
      [sam.id, { kind: 'remove', why: 'moved', basis: { kind: 'read' } }],
      [robin.id, { kind: 'put', basis: { kind: 'read' } }],
    ]);
  });

  test('whose row is gone waits while the ledger cannot be looked at', async () => {
    const { dataverse, id, handle } = await environment();
    dataverse.delete(TABLE, id, { withEvent: false });
    const ledger = { load: () => Promise.reject(Object.assign(new Error('away'), { code: 'ServerBusy' })) };
    const { submitted, copies, lines } = await handle({
      ledger,
      body: body(id, { PreEntityImages: image('PreImage', sam.id) }),
    });
    expect([submitted, copies.length]).toEqual([[], 1]);
    expect(lines).toMatchObject([{ outcome: 'retry', dependency: 'storage', errorCode: 'ServerBusy' }]);
  });

  test('whose row is gone, and that names nobody, is done with a warning', async () => {
    const { dataverse, id, handle } = await environment();
    dataverse.delete(TABLE, id, { withEvent: false });
    const { submitted, lines, levels } = await handle({ body: body(id) });
    expect(submitted).toEqual([]);
    expect(lines).toMatchObject(
      [{ outcome: 'hydrated', ownerUnknown: true, reason: /comparison/ }].map((line) => ({
        ...line,
        reason: expect.stringMatching(line.reason),
      })),
    );
    expect(levels).toEqual(['warn']);
  });

  test('of another environment than the one that is read ends as without reading', async () => {
    const { id, reads, handle } = await environment();
    const { deadLetters } = await handle({ body: body(id, { OrganizationId: guidOf('elsewhere') }) });
    expect(deadLetters).toMatchObject([{ reason: 'MissingImage' }]);
    expect(reads()).toBe(0);
  });

  const FAULTS: readonly [string, SwitchInput, string][] = [
    ['no privilege', { missingPrivileges: ['prvReadmsdyn_resourceassignment'] }, '0x80040220'],
    ['a missing application user', { applicationUser: 'missing' }, '0x80072560'],
    ['a disabled one', { applicationUser: 'disabled' }, '0x80040225'],
    ['a disabled one, told by 400', { applicationUser: 'disabled', disabledUserStatus: 400 }, '0x80040225'],
    ['a barred application', { applicationUser: 'barred' }, '0x80095ffc'],
    ['throttling', { throttle: { limit: 'requests', most: 0, retryAfter: '90' } }, '0x80072322'],
  ];
  test.each(FAULTS)('%s: is retried, and the row is never taken for gone', async (_name, switches, code) => {
    const { dataverse, id, handle } = await environment();
    dataverse.set(switches);
    const { submitted, copies, lines, deadLetters } = await handle({
      body: body(id, { PreEntityImages: image('PreImage', sam.id) }),
    });
    expect(submitted).toEqual([]);
    expect(deadLetters).toEqual([]);
    expect(copies).toHaveLength(1);
    expect(lines).toMatchObject([{ evt: 'message.retried', dependency: 'dataverse', errorCode: code }]);
  });

  const page = { status: 200, body: '<html>Sign in</html>' };
  const segment = {
    status: 404,
    body: JSON.stringify({
      error: { code: '0x8006088a', message: "Resource not found for the segment 'x'." },
    }),
  };
  const column = {
    status: 400,
    body: JSON.stringify({ error: { code: '0x80060888', message: "Could not find a property named 'x'." } }),
  };
  test.each([
    ['a refused token', { token: 'another' }, { httpStatus: 401, errorClass: 'auth' }],
    [
      'administration mode',
      { switches: { administrationMode: true } },
      { httpStatus: 403, errorClass: 'auth' },
    ],
    [
      'administration mode with a page',
      { switches: { administrationMode: true, undocumentedBody: 'html' } },
      { httpStatus: 403, errorClass: 'auth' },
    ],
    ['a page in place of an answer', { fault: page }, { errorCode: 'NOT_DATAVERSE' }],
    ['a wrong URL', { fault: segment }, { httpStatus: 404, errorCode: '0x8006088a' }],
    ['a column that went away', { fault: column }, { httpStatus: 400, errorCode: '0x80060888' }],
  ] as const)('%s: is retried too', async (_name, { switches, token, fault }: Wrong, line) => {
    const { dataverse, id, handle } = await environment();
    // Metadata and organization are known by then.
    await handle({ body: body(id) });
    if (switches) dataverse.set(switches);
    if (token !== undefined) dataverse.setToken(token);
    if (fault) dataverse.faults.push({ ...fault, on: 'msdyn_resourceassignments(' });
    const { submitted, lines } = await handle({ body: body(id) });
    expect(submitted).toEqual([]);
    expect(lines).toMatchObject([{ evt: 'message.retried', dependency: 'dataverse', ...line }]);
  });

  test('whose row is there and may not be read is retried', async () => {
    const { dataverse, id, handle } = await environment();
    dataverse.set({ hiddenRows: [id] });
    const { submitted, lines } = await handle({
      body: body(id, { PreEntityImages: image('PreImage', sam.id) }),
    });
    expect(submitted).toEqual([]);
    expect(lines).toMatchObject([{ evt: 'message.retried', errorCode: '0x80048306' }]);
  });

  test('waits as long as Dataverse asks for', async () => {
    const { dataverse, id, handle } = await environment();
    dataverse.set({ throttle: { limit: 'requests', most: 0, retryAfter: '90' } });
    const { copies } = await handle({ body: body(id) });
    expect(copies[0]?.at).toBeGreaterThanOrEqual(NOW + 90_000);
  });
});

test('a put of which the ledger cannot tell whether it is old is read, and answered by what was read', async () => {
  const { id, reads, handle } = await environment();
  const whole = body(id, { PostEntityImages: image('PostImage', robin.id) });
  const kinds = ['doubtful', 'applied'] as const;
  const { submitted, lines } = await handle({ body: whole, kinds });
  expect(reads()).toBe(1);
  expect(submitted.map(({ request }) => request.changes[0]?.basis?.kind)).toEqual([undefined, 'read']);
  expect(lines.at(-1)).toMatchObject({ outcome: 'succeeded', incomplete: 'doubtful' });
  const alone = await handle({ body: whole, kinds, lookUps: undefined });
  expect(alone.deadLetters).toMatchObject([{ reason: 'TooOld' }]);
});

describe('a user who has to be looked up', () => {
  const preset = 'resource-assignment-entra';
  const moved = (id: string) =>
    body(id, {
      InputParameters: [
        {
          key: 'Target',
          value: entityJson({ msdyn_bookableresourceid: lookup(robin.id, 'bookableresource') }),
        },
      ],
      PreEntityImages: image('PreImage', sam.id),
      PostEntityImages: image('PostImage', robin.id),
    });
  const forget = { azureactivedirectoryobjectid: null };
  const userOf = ({ name }: { name: string }) => guidOf(`systemuser ${name}`);
  const entra = ({ name }: { name: string }) => guidOf(`entra ${name}`);

  test('is found, and the change remembers from which resource', async () => {
    const { id, handle } = await environment({ preset });
    const { submitted, lines } = await handle({ body: moved(id) });
    expect(submitted.map(({ user, request }) => [user, request.changes[0]])).toMatchObject([
      [entra(sam), { kind: 'remove', why: 'moved' }],
      [entra(robin), { kind: 'put', source: robin.id }],
    ]);
    expect(lines.at(-1)).toMatchObject({ outcome: 'succeeded' });
  });

  test('and is not found: the old user loses the row at once, the rest waits, then is given up with the path', async () => {
    const { dataverse, id, handle } = await environment({ preset });
    dataverse.update('systemuser', userOf(robin), forget);
    const first = await handle({ body: moved(id) });
    expect(first.submitted.map(({ user }) => user)).toEqual([entra(sam)]);
    expect(first.lines.at(-1)).toMatchObject({ evt: 'message.retried', errorCode: 'UNIDENTIFIED' });
    const { applicationProperties } = first.copies[0]?.copy ?? {};
    expect(applicationProperties).toMatchObject({ corUnidentifiedSince: new Date(NOW).toISOString() });
    expect(applicationProperties).not.toHaveProperty('corUnmappedSince');
    const since = { corAttempt: 3, corUnidentifiedSince: new Date(NOW - 900_000).toISOString() };
    const last = await handle({ body: moved(id), metadata: { applicationProperties: since } });
    expect(last.deadLetters).toEqual([
      {
        reason: 'UserUnidentified',
        description: expect.stringContaining(
          `bookableresource ${robin.id} > UserId: azureactivedirectoryobjectid`,
        ),
      },
    ]);
    expect(last.deadLetters[0]?.description).toContain(id);
  });

  test('of two resources keeps the row that moves between them, and is not told a removal', async () => {
    const { dataverse, id, handle } = await environment({ preset });
    dataverse.update('systemuser', userOf(robin), { azureactivedirectoryobjectid: entra(sam) });
    const { submitted } = await handle({ body: moved(id) });
    expect(submitted.map(({ user, request }) => [user, request.changes.map(({ kind }) => kind)])).toEqual([
      [entra(sam), ['put']],
    ]);
  });

  test('is no person: skipped with a reason of its own', async () => {
    const { dataverse, id, handle } = await environment({ preset });
    dataverse.update('bookableresource', robin.id, { resourcetype: 1 });
    const created = body(id, { MessageName: 'Create', PostEntityImages: image('PostImage', robin.id) });
    const { lines } = await handle({ body: created });
    expect(lines.at(-1)).toMatchObject({ outcome: 'skipped', skipReason: 'notAPerson' });
  });

  test('while Dataverse is away: what is known is applied, the message comes back', async () => {
    const { dataverse, id, handle } = await environment({ preset });
    await handle({ body: body(id, { MessageName: 'Create', PostEntityImages: image('PostImage', sam.id) }) });
    dataverse.set({ missingPrivileges: ['prvReadUser'] });
    const { submitted, lines } = await handle({ body: moved(id) });
    expect(submitted.map(({ user }) => user)).toEqual([entra(sam)]);
    expect(lines.at(-1)).toMatchObject({
      evt: 'message.retried',
      dependency: 'dataverse',
      errorCode: '0x80040220',
    });
  });
});
