import { describe, expect, it } from 'vitest';
import type { PostedMessage } from '../../../local/dataverse/post-event.ts';
import { choices, date, money } from '../../../local/dataverse/table.ts';
import { guidOf, ORGANIZATION, PROJECTS, RESOURCES } from '../../../local/events/cast.ts';
import {
  type Attribute,
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
const { bridge } = PROJECTS;

describe('a change', () => {
  it('is row, version and message, which agree', async () => {
    const heard: PostedMessage[] = [];
    const dataverse = await openWithSteps({ onMessage: (message) => heard.push(message) });
    const before = await readRow(dataverse);
    dataverse.update(TABLE, PIERS, { msdyn_effort: 30, msdyn_bookableresourceid: sam.id });
    const after = await readRow(dataverse);
    expect(after.msdyn_effort).toBe(30);
    expect(Number(after.versionnumber)).toBeGreaterThan(Number(before.versionnumber));
    expect(heard).toHaveLength(1);
    const message = lastMessage(dataverse);
    expect(message).toMatchObject({
      queue: 'assignments',
      contentType: 'application/json',
      messageId: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    expect(message.applicationProperties).toMatchObject({
      'http://schemas.microsoft.com/xrm/2011/Claims/RequestName': 'Update',
      'http://schemas.microsoft.com/xrm/2011/Claims/EntityLogicalName': TABLE,
    });
    const pre = imageOf(message, 'PreEntityImages', 'PreImage');
    const post = imageOf(message, 'PostEntityImages', 'PostImage');
    expect(pre).toMatchObject({ versionnumber: before.versionnumber });
    expect(pre?.msdyn_bookableresourceid).toMatchObject({ Id: robin.id, Name: robin.name });
    expect(post).toMatchObject({
      versionnumber: after.versionnumber,
      msdyn_effort: 30,
      modifiedon: `/Date(${Date.parse(String(after.modifiedon))})/`,
    });
    expect(understood(message)).toMatchObject({
      outcome: 'apply',
      changes: [
        { kind: 'remove', user: robin.id, record: PIERS, why: 'moved' },
        {
          kind: 'put',
          user: sam.id,
          workspace: bridge.id,
          record: PIERS,
          version: { number: after.versionnumber },
        },
      ],
    });
  });

  it('has the columns that were set in its Target, and no others', async () => {
    const dataverse = await openWithSteps();
    dataverse.update(TABLE, PIERS, { msdyn_effort: 30, msdyn_taskid: null });
    const [{ value }] = contextOf(lastMessage(dataverse)).InputParameters;
    const names = value.Attributes.map(({ key }: Attribute) => key);
    expect(names).toEqual(expect.arrayContaining(['msdyn_effort', 'msdyn_taskid', 'modifiedon']));
    expect(names).not.toContain('msdyn_start');
    expect(value.Attributes).toContainEqual({ key: 'msdyn_taskid', value: null });
  });

  it('fires only steps that are enabled, and whose filtering attributes are in the Target', async () => {
    const dataverse = await openWithSteps();
    dataverse.update(TABLE, PIERS, { msdyn_plannedwork: '[]' });
    expect(dataverse.messages).toEqual([]);
    const [endpoint] = [...dataverse.store.rows.sdkmessageprocessingsteps.values()].filter(({ name }) =>
      String(name).includes('Update'),
    );
    const path = `sdkmessageprocessingsteps(${endpoint?.sdkmessageprocessingstepid})`;
    await dataverse.ask('PATCH', path, { statecode: 1, statuscode: 2 }, { 'if-match': '*' });
    dataverse.update(TABLE, PIERS, { msdyn_effort: 1 });
    expect(dataverse.messages).toEqual([]);
  });

  it('can be made without an event, as a bulk load may', async () => {
    const dataverse = await openWithSteps();
    const { lastVersion } = dataverse.store;
    dataverse.update(TABLE, PIERS, { msdyn_effort: 31 }, { withEvent: false });
    const bypass = { 'mscrm.bypassbusinesslogicexecution': 'CustomSync,CustomAsync' };
    const path = `${SET}(${PIERS})`;
    expect((await dataverse.ask('PATCH', path, { msdyn_effort: 32 }, bypass)).status).toBe(204);
    const after = await readRow(dataverse);
    expect(after.msdyn_effort).toBe(32);
    expect(after.versionnumber).toBe(lastVersion + 2);
    expect(dataverse.messages).toEqual([]);
    dataverse.set({ missingPrivileges: ['prvBypassCustomBusinessLogic'] });
    expect((await dataverse.ask('PATCH', path, { msdyn_effort: 33 }, bypass)).status).toBe(403);
    expect((await readRow(dataverse)).msdyn_effort).toBe(32);
  });

  it('that makes a body of more than 192 KB comes without images', async () => {
    const dataverse = await openWithSteps({
      steps: [{ ...STEPS, postImage: [...STEPS.postImage, 'msdyn_plannedwork'] }],
    });
    dataverse.update(TABLE, PIERS, { msdyn_effort: 3, msdyn_plannedwork: 'x'.repeat(200_000) });
    const message = lastMessage(dataverse);
    expect(message.applicationProperties).toMatchObject({ MessageMaxSizeExceeded: true });
    expect(contextOf(message)).toMatchObject({
      PrimaryEntityId: PIERS,
      MessageName: 'Update',
      PostEntityImages: null,
      InputParameters: null,
    });
  });

  it('says days as UTC midnight, and a wall clock as if it were UTC', async () => {
    const dataverse = await openWithSteps({
      columns: {
        [TABLE]: {
          new_day: date('DateOnly', 'DateOnly'),
          new_wall: date('TimeZoneIndependent', 'DateAndTime'),
        },
      },
      steps: [{ ...STEPS, filtering: ['new_day'], postImage: ['new_day', 'new_wall'] }],
    });
    dataverse.update(TABLE, PIERS, { new_day: '2026-11-23', new_wall: '2026-11-23T09:00:00Z' });
    expect(imageOf(lastMessage(dataverse), 'PostEntityImages', 'PostImage')).toMatchObject({
      new_day: `/Date(${Date.UTC(2026, 10, 23)})/`,
      new_wall: `/Date(${Date.UTC(2026, 10, 23, 9)})/`,
    });
  });

  it('says money and several options as objects of their own', async () => {
    const dataverse = await openWithSteps({
      columns: { [TABLE]: { new_cost: money, new_regions: choices(2, 3, 8) } },
      steps: [{ ...STEPS, filtering: [], postImage: ['new_cost', 'new_regions'] }],
    });
    dataverse.update(TABLE, PIERS, { new_cost: 12.5, new_regions: '3,8' });
    const contract = 'http://schemas.microsoft.com/xrm/2011/Contracts';
    expect(imageOf(lastMessage(dataverse), 'PostEntityImages', 'PostImage')).toMatchObject({
      new_cost: { __type: `Money:${contract}`, Value: 12.5 },
      new_regions: [3, 8].map((Value) => ({ __type: `OptionSetValue:${contract}`, Value })),
    });
  });

  it('has the aliases, images and queues of each step that was registered', async () => {
    const dataverse = await openWithSteps({
      steps: [
        { ...STEPS, aliases: { pre: 'Before', post: 'After' }, queue: 'first' },
        { ...STEPS, queue: 'second', postImage: ['msdyn_effort'] },
      ],
    });
    dataverse.update(TABLE, PIERS, { msdyn_effort: 12 });
    const [first, second] = dataverse.messages;
    if (!first || !second) throw new Error('Both steps should have fired.');
    expect([first.queue, second.queue]).toEqual(['first', 'second']);
    expect(first.messageId).not.toBe(second.messageId);
    expect(imageOf(first, 'PostEntityImages', 'After')).toHaveProperty('msdyn_projectid');
    expect(imageOf(second, 'PostEntityImages', 'PostImage')).toEqual({
      msdyn_resourceassignmentid: PIERS,
      msdyn_effort: 12,
    });
  });

  it('names the environment that it was made in', async () => {
    const organization = { id: guidOf('copy'), name: 'unqcopy' };
    const dataverse = await openWithSteps({ organization });
    dataverse.update(TABLE, PIERS, { msdyn_effort: 30 });
    expect(contextOf(lastMessage(dataverse))).toMatchObject({
      OrganizationId: organization.id,
      OrganizationName: 'unqcopy',
    });
    const own = await openWithSteps();
    own.update(TABLE, PIERS, { msdyn_effort: 30 });
    expect(contextOf(lastMessage(own)).OrganizationId).toBe(ORGANIZATION.id);
  });

  it('is dated by the clock, in whole seconds', async () => {
    const dataverse = await openWithSteps({ now: () => Date.UTC(2026, 0, 2, 3, 4, 5, 678) });
    dataverse.update(TABLE, PIERS, { msdyn_effort: 30 });
    expect((await readRow(dataverse)).modifiedon).toBe('2026-01-02T03:04:05Z');
  });
});
