import { describe, expect, test } from 'vitest';
import type { SwitchInput } from '../../local/dataverse/switches.ts';
import { guidOf } from '../../local/events/cast.ts';
import { emptyDocument } from '../../src/ledger/document.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { createMemoryLedger } from '../../src/ledger/memory-ledger.ts';
import { NOW } from './handled-message.ts';
import { body, bridge, environment, image, ROW, robin, sam, TABLE } from './row-environment.ts';

/** What is wrong with the environment. */
interface Wrong {
  readonly switches?: SwitchInput;
  readonly token?: string;
  readonly fault?: { readonly status: number; readonly body: string };
}

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
