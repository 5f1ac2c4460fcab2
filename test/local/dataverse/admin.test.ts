import { describe, expect, it } from 'vitest';
import { guidOf, RESOURCES } from '../../../local/events/cast.ts';
import { loadMapping } from '../../../src/dynamics/mapping.ts';
import { requiredColumns } from '../../../src/dynamics/required-columns.ts';
import { openDataverse } from './open-dataverse.ts';

const TABLE = 'msdyn_resourceassignment';
const PIERS = guidOf(`${TABLE} row Survey the piers`);
const STEPS = { table: TABLE, queue: 'q', ...requiredColumns(loadMapping('resource-assignment')) };

/** Members that the tests read, of whatever kind the answer is. */
interface Answer {
  readonly id: string;
  readonly error: { readonly message: string };
}

async function open() {
  const dataverse = await openDataverse({ steps: [STEPS] });
  async function admin(method: string, path: string, body?: object) {
    const response = await fetch(`${dataverse.adminUrl}/${path}`, {
      method,
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Answer };
  }
  return { dataverse, admin };
}

describe('the admin endpoints', () => {
  it('read and change rows without a token, and with an event', async () => {
    const { dataverse, admin } = await open();
    const row = `rows/${TABLE}/${PIERS}`;
    expect((await admin('GET', row)).body).toMatchObject({ msdyn_effort: 64 });
    const changed = await admin('PATCH', row, {
      msdyn_effort: 5,
      msdyn_bookableresourceid: RESOURCES.sam.id,
    });
    expect(changed.body).toMatchObject({ _msdyn_bookableresourceid_value: RESOURCES.sam.id });
    const made = await admin('POST', `rows/${TABLE}`, { msdyn_name: 'New' });
    expect((await admin('GET', `rows/${TABLE}/${made.body.id}`)).body).toMatchObject({ msdyn_name: 'New' });
    expect((await admin('DELETE', row)).body).toEqual({ done: true });
    expect((await admin('GET', row)).status).toBe(404);
    expect((await admin('POST', `${row}/restore`)).status).toBe(200);
    expect((await admin('GET', `rows/${TABLE}`)).body).toHaveLength(dataverse.rows(TABLE).length);
    const { body: messages } = await admin('GET', 'messages');
    expect(messages).toMatchObject([{ message: 'Update' }, { message: 'Create' }, { message: 'Delete' }]);
    expect(messages).toMatchObject([{ body: dataverse.messages[0]?.body.toString() }, {}, {}]);
  });

  it('lose the event where they are told to', async () => {
    const { dataverse, admin } = await open();
    await admin('PATCH', `rows/${TABLE}/${PIERS}`, { msdyn_effort: 5, withEvent: false });
    expect(dataverse.row(TABLE, PIERS).msdyn_effort).toBe(5);
    expect(dataverse.messages).toEqual([]);
  });

  it('set switches and faults, and show what was asked', async () => {
    const { dataverse, admin } = await open();
    expect((await admin('PUT', 'switches', { administrationMode: true })).body).toMatchObject({
      administrationMode: true,
      guidOrder: 'sql',
    });
    expect((await dataverse.get('WhoAmI')).status).toBe(403);
    await admin('PUT', 'switches', { administrationMode: false });
    await admin('POST', 'faults', { status: 503 });
    expect((await dataverse.get('WhoAmI')).status).toBe(503);
    expect((await dataverse.get('WhoAmI')).status).toBe(200);
    expect((await admin('GET', 'requests')).body).toHaveLength(3);
    await admin('DELETE', 'requests');
    expect(dataverse.requests).toEqual([]);
  });

  it.each([
    ['PUT', 'switches', { guidOrder: 'random' }, 400, /\/guidOrder/],
    ['PUT', 'switches', { nothing: 1 }, 400, /nothing/],
    ['POST', 'faults', { hwo: 'cut' }, 400, /hwo/],
    ['POST', 'faults', { how: 'broken' }, 400, /\/how/],
    ['GET', 'nothing', undefined, 404, /segment 'nothing'/],
    ['GET', 'rows/nothing', undefined, 404, /segment 'nothing'/],
    ['PATCH', `rows/${TABLE}/${PIERS}`, { msdyn_effort: 'much' }, 400, /Edm\.Decimal/],
    ['PATCH', `rows/${TABLE}/${PIERS}`, { msdyn_projectid: guidOf('none') }, 404, /Does Not Exist/],
    ['PUT', `rows/${TABLE}/${PIERS}`, {}, 404, /segment/],
  ])('say what is wrong with %s %s', async (method, path, body, status, message) => {
    const { admin } = await open();
    const answer = await admin(method, path, body);
    expect(answer.status).toBe(status);
    expect(answer.body.error.message).toMatch(message);
  });
});
