import type { ServiceBusSender } from '@azure/service-bus';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { NamedRow } from '../../../local/events/cast.ts';
import type { RowChange } from '../../../local/events/dataverse-message.ts';
import { startTestStack } from '../test-stack.ts';
import {
  assignmentRow,
  foreignRow,
  memberRow,
  message,
  PERSONAL,
  project,
  share,
  user,
  work,
} from './dataverse-rows.ts';

const USERS = ['ra-one', 'ra-two', 'pt-one', 'pt-two'].map(user);
const [raOne, raTwo, ptOne, ptTwo] = USERS as [NamedRow, NamedRow, NamedRow, NamedRow];
const north = project('north');
const south = project('south');

const MEMBERS = 'members';
const stack = await startTestStack(
  {
    cor: {
      users: USERS.map(({ id, name }, index) => ({ id, name, email: `marlow.quist${index}@example.com` })),
      workspaces: [north, south].map(({ id, name }) => ({ id, name })),
    },
  },
  afterAll,
);

const senders: Partial<Record<'resource-assignment' | 'project-team', ServiceBusSender>> = {};

beforeAll(async () => {
  // Both presets on the same users, storage and COR, as on a machine that runs `npm start`.
  stack.broker.createQueue({ name: MEMBERS });
  await stack.startApp({ queue: MEMBERS, env: { MAPPING: 'project-team' } });
  senders['project-team'] = stack.client.createSender(MEMBERS);
  senders['resource-assignment'] = stack.client.createSender('assignments');
});

type Percentages = Record<string, number>;

/** What COR holds for a user, by project. */
const held = (of: NamedRow): Percentages => stack.cor.state()[of.id] ?? {};

/** Posts one event after the other; each names what it must end as and what COR then holds for the two users. */
async function play(
  preset: keyof typeof senders,
  [one, two]: [NamedRow, NamedRow],
  steps: readonly [what: string, change: RowChange, ending: string, one: Percentages, two: Percentages][],
): Promise<void> {
  for (const [what, change, ending, expectedOne, expectedTwo] of steps) {
    const id = `${preset}: ${what}`;
    await senders[preset]?.sendMessages(message(id, change));
    const line = await stack.ended(id);
    expect({ outcome: line.outcome, one: held(one), two: held(two) }, what).toEqual({
      outcome: ending,
      one: expectedOne,
      two: expectedTwo,
    });
  }
}

test('resource assignments: the hours of all rows of a user and project are one percentage in COR', async () => {
  const piers = assignmentRow('piers');
  const deck = assignmentRow('deck');
  const open = assignmentRow('open');
  const [n, s] = [north.id, south.id];
  // 40 hours over ten working days are half of them.
  await play(
    'resource-assignment',
    [raOne, raTwo],
    [
      ['created', piers.create(work(raOne, north, 40)), 'succeeded', { [n]: 50 }, {}],
      ['a second task', deck.create(work(raOne, north, 8)), 'succeeded', { [n]: 60 }, {}],
      ['more effort', piers.update({ msdyn_effort: 44 }), 'succeeded', { [n]: 65 }, {}],
      ['over 100', piers.update({ msdyn_effort: 99.9 }), 'succeeded', { [n]: 100 }, {}],
      ['less again', piers.update({ msdyn_effort: 20 }), 'succeeded', { [n]: 35 }, {}],
      [
        'resource moved',
        deck.update({ msdyn_bookableresourceid: raTwo }),
        'succeeded',
        { [n]: 25 },
        { [n]: 10 },
      ],
      ['project moved', piers.update({ msdyn_projectid: south }), 'succeeded', { [s]: 25 }, { [n]: 10 }],
      ['deactivated', piers.deactivate(), 'succeeded', {}, { [n]: 10 }],
      ['changed while inactive', piers.update({ msdyn_effort: 60 }), 'succeeded', {}, { [n]: 10 }],
      ['reactivated', piers.reactivate(), 'succeeded', { [s]: 75 }, { [n]: 10 }],
      ['unassigned', piers.update({ msdyn_bookableresourceid: null }), 'succeeded', {}, { [n]: 10 }],
      [
        'assigned again',
        piers.update({ msdyn_bookableresourceid: raOne }),
        'succeeded',
        { [s]: 75 },
        { [n]: 10 },
      ],
      ['never assigned', open.create(work(null, north, 8)), 'skipped', { [s]: 75 }, { [n]: 10 }],
    ],
  );
  const overtaken = deck.update({ msdyn_effort: 8 });
  await play(
    'resource-assignment',
    [raOne, raTwo],
    [
      ['deleted', deck.remove(), 'succeeded', { [s]: 75 }, {}],
      ['changed before the deletion, heard after it', overtaken, 'duplicate', { [s]: 75 }, {}],
      [
        'another table',
        foreignRow('booking').create({ name: 'x', resource: raOne }),
        'skipped',
        { [s]: 75 },
        {},
      ],
    ],
  );
});

test('project team members: the allocation method says what the percentage is', async () => {
  const full = memberRow('full');
  const part = memberRow('part');
  const [n, s] = [north.id, south.id];
  const evenly = { msdyn_allocationmethod: { option: 192_350_003 } };
  const none = { msdyn_allocationmethod: { option: 192_350_000 } };
  const dates = { msdyn_start: new Date('2026-03-02'), msdyn_finish: new Date('2026-03-06') };
  await play(
    'project-team',
    [ptOne, ptTwo],
    [
      ['created', part.create(share(ptOne, north, 30.25)), 'succeeded', { [n]: 30.25 }, {}],
      ['raised', part.update({ msdyn_percentage: 62.5 }), 'succeeded', { [n]: 62.5 }, {}],
      [
        'full capacity',
        full.create({ ...share(ptTwo, south, 0), msdyn_allocationmethod: { option: 192_350_001 } }),
        'succeeded',
        { [n]: 62.5 },
        { [s]: 100 },
      ],
      [
        'evenly',
        full.update({ ...evenly, ...dates, msdyn_requiredhours: 10 }),
        'succeeded',
        { [n]: 62.5 },
        { [s]: 25 },
      ],
      ['no bookings', full.update(none), 'succeeded', { [n]: 62.5 }, { [s]: 0 }],
      [
        'resource moved',
        part.update({ msdyn_bookableresourceid: ptTwo }),
        'succeeded',
        {},
        { [n]: 62.5, [s]: 0 },
      ],
      ['project moved', part.update({ msdyn_project: south }), 'succeeded', {}, { [s]: 62.5 }],
      ['deactivated', part.deactivate(), 'succeeded', {}, { [s]: 0 }],
      ['reactivated', part.reactivate({ msdyn_percentage: 40 }), 'succeeded', {}, { [s]: 40 }],
      ['made generic', part.update({ msdyn_bookableresourceid: null }), 'succeeded', {}, { [s]: 0 }],
      ['deleted', full.remove(), 'succeeded', {}, {}],
      ['a placeholder deleted', part.remove(), 'skipped', {}, {}],
    ],
  );
});

test('the log tells each message by ids and numbers alone', async () => {
  const id = 'one more';
  const change = assignmentRow('log').create(work(raTwo, south, 16));
  await senders['resource-assignment']?.sendMessages(message(id, change));
  const line = await stack.ended(id);
  expect(line).toEqual({
    evt: 'message.completed',
    outcome: 'succeeded',
    correlationId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    operationId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    orgName: 'unqexampleworks',
    entity: 'msdyn_resourceassignment',
    recordId: change.id,
    operation: 'Create',
    depth: 1,
    messageId: id,
    sequenceNumber: expect.any(Number),
    deliveryCount: 1,
    queueLagMs: expect.any(Number),
    durationMs: expect.any(Number),
    coalesced: 1,
    corCalls: 1,
  });
  const call = stack.cor.calls.at(-1);
  expect(call?.headers['x-correlation-id']).toBe(line.correlationId);
  for (const word of [...PERSONAL, stack.cor.clientSecret, 'Bearer', 'eyJ'])
    expect(stack.text()).not.toContain(word);
});

test('nothing was dead-lettered on the way', async () => {
  expect([...(await stack.deadLetters()).keys()]).toEqual([]);
  expect(stack.broker.counts(MEMBERS).deadLetter).toBe(0);
});
