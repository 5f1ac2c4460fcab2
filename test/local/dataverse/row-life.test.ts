import { describe, expect, it } from 'vitest';
import { guidOf, PROJECTS, RESOURCES } from '../../../local/events/cast.ts';
import {
  contextOf,
  imageOf,
  lastMessage,
  openWithSteps,
  PIERS,
  readRow,
  SET,
  STEPS,
  TABLE,
  understood,
} from './posted-message.ts';

const { robin, sam } = RESOURCES;
const { tidal } = PROJECTS;

const COLUMNS = {
  msdyn_name: 'Paint the piers',
  msdyn_bookableresourceid: sam.id,
  msdyn_projectid: tidal.id,
  msdyn_effort: 20,
  msdyn_start: '2026-11-23T08:00:00Z',
  msdyn_finish: '2026-11-27T16:00:00Z',
};

/** The same row as a client of the Web API names it. */
const PAYLOAD = {
  msdyn_name: 'Paint the piers',
  'msdyn_bookableresourceid@odata.bind': `/bookableresources(${sam.id})`,
  'msdyn_projectid@odata.bind': `/msdyn_projects(${tidal.id})`,
  msdyn_effort: 20,
  msdyn_start: '2026-11-23T08:00:00Z',
  msdyn_finish: '2026-11-27T16:00:00Z',
};

describe('rows that come and go', () => {
  it('are made by POST, and by PATCH where there is none', async () => {
    const dataverse = await openWithSteps();
    const made = await dataverse.ask('POST', SET, PAYLOAD, { prefer: 'return=representation' });
    expect(made).toMatchObject({ status: 201, body: { msdyn_effort: 20, statecode: 0, statuscode: 1 } });
    expect(made.headers.get('odata-entityid')).toContain(`${SET}(${made.body.msdyn_resourceassignmentid})`);
    expect(understood(lastMessage(dataverse))).toMatchObject({
      outcome: 'apply',
      changes: [{ kind: 'put', user: sam.id, workspace: tidal.id }],
    });
    const path = `${SET}(${guidOf('by patch')})`;
    expect((await dataverse.ask('PATCH', path, PAYLOAD, { 'if-match': '*' })).status).toBe(404);
    expect((await dataverse.ask('PATCH', path, PAYLOAD)).status).toBe(204);
    expect(lastMessage(dataverse)).toMatchObject({ message: 'Create', id: guidOf('by patch') });
  });

  it('are made from code with the names of columns', async () => {
    const dataverse = await openWithSteps();
    const id = dataverse.create(TABLE, COLUMNS);
    expect(understood(lastMessage(dataverse))).toMatchObject({
      outcome: 'apply',
      changes: [{ kind: 'put', record: id, user: sam.id, workspace: tidal.id }],
    });
  });

  it('are deleted with what they held last', async () => {
    const dataverse = await openWithSteps();
    const before = await readRow(dataverse);
    expect((await dataverse.ask('DELETE', `${SET}(${PIERS})`)).status).toBe(204);
    expect(understood(lastMessage(dataverse))).toMatchObject({
      outcome: 'apply',
      changes: [
        {
          kind: 'remove',
          user: robin.id,
          record: PIERS,
          why: 'deleted',
          version: { number: before.versionnumber },
        },
      ],
    });
    const gone = await dataverse.get(`${SET}(${PIERS})`);
    expect(gone).toMatchObject({ status: 404, body: { error: { code: '0x80040217' } } });
  });

  it('stay while others refer to them, because nothing cascades here', async () => {
    const dataverse = await openWithSteps();
    expect(() => dataverse.delete('bookableresource', robin.id)).toThrow(/rows that refer to/);
  });

  const RESTORED = { Restore: ['Restore'], Create: ['Create'], both: ['Restore', 'Create'], nothing: [] };
  it.each(Object.entries(RESTORED))('come back under their id, which fires %s', async (fires, messages) => {
    const dataverse = await openWithSteps({
      switches: { restoreFires: fires as keyof typeof RESTORED },
      steps: [{ ...STEPS, messages: ['Create', 'Update', 'Delete', 'Restore'] }],
    });
    const before = await readRow(dataverse);
    dataverse.delete(TABLE, PIERS);
    const count = dataverse.messages.length;
    const target = {
      '@odata.type': `Microsoft.Dynamics.CRM.${TABLE}`,
      msdyn_resourceassignmentid: PIERS,
      msdyn_effort: 7,
    };
    expect((await dataverse.ask('POST', 'Restore', { Target: target })).status).toBe(200);
    expect(dataverse.messages.slice(count).map(({ message }) => message)).toEqual(messages);
    const after = await readRow(dataverse);
    expect(after.msdyn_effort).toBe(7);
    expect(Number(after.versionnumber)).toBeGreaterThan(Number(before.versionnumber));
    // Once only.
    expect((await dataverse.ask('POST', 'Restore', { Target: target })).status).toBe(404);
  });

  it('can come back with the version that they were deleted with', async () => {
    const dataverse = await openWithSteps({ switches: { restoredVersion: 'asDeleted' } });
    const before = await readRow(dataverse);
    dataverse.delete(TABLE, PIERS);
    dataverse.restore(TABLE, PIERS);
    expect(await readRow(dataverse)).toMatchObject({
      versionnumber: before.versionnumber,
      modifiedon: before.modifiedon,
    });
  });

  it('have no image in the message of their restoration', async () => {
    const dataverse = await openWithSteps({ steps: [{ ...STEPS, messages: ['Delete', 'Restore'] }] });
    dataverse.delete(TABLE, PIERS);
    dataverse.restore(TABLE, PIERS);
    expect(contextOf(lastMessage(dataverse))).toMatchObject({
      MessageName: 'Restore',
      PrimaryEntityId: PIERS,
      PreEntityImages: [],
      PostEntityImages: [],
    });
  });
});

describe('the state of a row', () => {
  const everyMessage = { ...STEPS, messages: ['Create', 'Update', 'Delete', 'SetState'] as const };

  it.each([
    ['Update', ['Update']],
    ['SetState', ['SetState']],
    ['both', ['Update', 'SetState']],
  ] as const)('changes by %s', async (stateChange, expected) => {
    const dataverse = await openWithSteps({ switches: { stateChange }, steps: [everyMessage] });
    dataverse.update(TABLE, PIERS, { statecode: 1 });
    expect(dataverse.messages.map(({ message }) => message)).toEqual(expected);
    expect(dataverse.row(TABLE, PIERS)).toMatchObject({ statecode: 1, statuscode: 2 });
    const [first] = dataverse.messages;
    if (first && stateChange === 'SetState')
      expect(contextOf(first).InputParameters).toMatchObject([
        { key: 'EntityMoniker', value: { Id: PIERS } },
        { key: 'State', value: { Value: 1 } },
        { key: 'Status', value: { Value: 2 } },
      ]);
    if (first && stateChange !== 'SetState')
      expect(understood(first)).toMatchObject({
        outcome: 'apply',
        changes: [{ kind: 'remove', why: 'deactivated', user: robin.id }],
      });
  });

  it.each([
    ['once', 1],
    ['twice', 2],
  ] as const)('and other columns in one request fire %s', async (mixedUpdate, count) => {
    const dataverse = await openWithSteps({ switches: { mixedUpdate } });
    const { lastVersion } = dataverse.store;
    dataverse.update(TABLE, PIERS, { statecode: 1, msdyn_effort: 8 });
    const after = await readRow(dataverse);
    expect(dataverse.messages).toHaveLength(count);
    expect(after).toMatchObject({ statecode: 1, msdyn_effort: 8 });
    expect(after.versionnumber).toBe(lastVersion + count);
    const last = imageOf(lastMessage(dataverse), 'PostEntityImages', 'PostImage');
    expect(last).toMatchObject({ versionnumber: after.versionnumber });
  });

  it('goes with its status only', async () => {
    const { ask } = await openWithSteps();
    const wrong = await ask('PATCH', `${SET}(${PIERS})`, { statecode: 1, statuscode: 1 });
    expect(wrong).toMatchObject({ status: 400, body: { error: { code: '0x80048408' } } });
  });
});
