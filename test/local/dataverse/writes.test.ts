import { describe, expect, it } from 'vitest';
import { guidOf, RESOURCES } from '../../../local/events/cast.ts';
import { lastMessage, openWithSteps, PIERS, SET, TABLE, understood } from './posted-message.ts';

const { robin } = RESOURCES;

describe('what is written', () => {
  it.each<[string, object, RegExp]>([
    ['a column that is not there', { msdyn_nothing: 1 }, /Invalid property 'msdyn_nothing'/],
    ['a lookup by its column', { _msdyn_projectid_value: guidOf('x') }, /Invalid property/],
    ['what the platform sets', { versionnumber: 5 }, /read-only/],
    ['a number as text', { msdyn_effort: '5' }, /expected type 'Edm\.Decimal'/],
    ['a date without a time', { msdyn_start: '2026-01-01' }, /expected type 'Edm\.DateTimeOffset'/],
    ['a date that is none', { msdyn_start: '2026-13-01T00:00:00Z' }, /Edm\.DateTimeOffset/],
    ['an option that is not there', { msdyn_committype: 4 }, /Accepted Values/],
    [
      'a lookup of another table',
      { 'msdyn_projectid@odata.bind': `/bookableresources(${robin.id})` },
      /should refer to msdyn_projects/,
    ],
    [
      'a lookup to a row that is not there',
      { 'msdyn_projectid@odata.bind': `/msdyn_projects(${guidOf('none')})` },
      /Does Not Exist/,
    ],
    ['who made the row', { 'createdby@odata.bind': `/systemusers(${guidOf('x')})` }, /undeclared property/],
  ])('may not be %s', async (_what, payload, message) => {
    const dataverse = await openWithSteps();
    const before = dataverse.row(TABLE, PIERS);
    const { status, body } = await dataverse.ask('PATCH', `${SET}(${PIERS})`, payload);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(body.error.message).toMatch(message);
    expect(dataverse.row(TABLE, PIERS)).toBe(before);
    expect(dataverse.messages).toEqual([]);
  });

  it('clears a lookup by null, and respects the version that a client has seen', async () => {
    const dataverse = await openWithSteps();
    const path = `${SET}(${PIERS})`;
    const { body } = await dataverse.get(path);
    const seen = { 'if-match': body['@odata.etag'] };
    expect((await dataverse.ask('PATCH', path, { msdyn_bookableresourceid: null }, seen)).status).toBe(204);
    expect((await dataverse.ask('PATCH', path, { msdyn_effort: 1 }, seen)).status).toBe(412);
    expect(understood(lastMessage(dataverse))).toMatchObject({
      outcome: 'apply',
      changes: [{ kind: 'remove', user: robin.id }],
    });
  });

  it('needs a name, for tables that demand one', async () => {
    const { ask } = await openWithSteps();
    const { body } = await ask('POST', 'bookableresources', { resourcetype: 3 });
    expect(body.error.message).toMatch(/'name' .* is required/);
  });
});
