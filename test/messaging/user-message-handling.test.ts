import { describe, expect, it } from 'vitest';
import type { Failure } from '../../src/failure.ts';
import { createMemoryStore } from '../../src/ledger/memory-store.ts';
import { createNamedDocuments } from '../../src/ledger/named-documents.ts';
import { PROPERTY } from '../../src/messaging/envelope.ts';
import { OrganizationGuard } from '../../src/messaging/organization-guard.ts';
import { encodeUserMessage, USER_MESSAGE_TYPE, type UserMessage } from '../../src/messaging/user-message.ts';
import { handleOne, NOW } from './handled-message.ts';

const HANGS: Failure = { service: 'cor', class: 'transient', code: 'DEADLINE', description: 'No answer.' };
const AWAY: Failure = { ...HANGS, code: 'ECONNREFUSED' };
const REFUSED: Failure = { service: 'cor', class: 'rejected', status: 400, description: 'No.' };

const put = (workspace: string) =>
  ({
    kind: 'put',
    user: 'u',
    record: `r-${workspace}`,
    workspace,
    allocation: { percentage: 5 },
    version: {},
  }) as const;

function handle(message: Partial<UserMessage>, world: Parameters<typeof handleOne>[0] = {}) {
  const whole: UserMessage = { schema: 1, why: 'due', user: 'u', changes: [], reassert: false, ...message };
  const { body } = encodeUserMessage(whole);
  return handleOne({ ...world, body, metadata: { contentType: USER_MESSAGE_TYPE, ...world.metadata } });
}

const echoesIn = (copies: Awaited<ReturnType<typeof handleOne>>['copies']) =>
  copies.filter(({ copy }) => copy.contentType === USER_MESSAGE_TYPE && copy.messageId?.startsWith('echo-'));

describe('a user message without changes', () => {
  it('asks for the user, and the log says why it was sent', async () => {
    const { submitted, lines } = await handle({ why: 'echo', reassert: true });
    expect(submitted).toMatchObject([{ user: 'u', request: { changes: [], reassert: true } }]);
    expect(lines).toMatchObject([{ evt: 'message.completed', outcome: 'succeeded', why: 'echo' }]);
  });

  it('is retried like an event while COR is away', async () => {
    const { copies } = await handle({}, { failure: AWAY });
    expect(copies).toMatchObject([
      { copy: { contentType: USER_MESSAGE_TYPE, applicationProperties: { corAttempt: 1 } } },
    ]);
  });

  it.each([
    [
      'the retry window is over',
      AWAY,
      { [PROPERTY.firstFailedAt]: new Date(NOW - 86_400_001).toISOString() },
    ],
    ['COR refuses', REFUSED, {}],
  ])(
    'is never a dead letter: it ends with an error in the log when %s',
    async (_when, failure, applicationProperties) => {
      const { lines, deadLetters } = await handle({}, { failure, metadata: { applicationProperties } });
      expect(deadLetters).toEqual([]);
      expect(lines).toMatchObject([
        { evt: 'user.notTold', outcome: 'skipped', why: 'due', dependency: 'cor' },
      ]);
    },
  );
});

describe('a user message with changes', () => {
  it('is one request per workspace, so that one that COR refuses does not hold up the others', async () => {
    const { submitted } = await handle({
      why: 'reconcile',
      changes: [put('a'), put('b'), { ...put('a'), record: 's' }],
    });
    expect(submitted.map(({ request }) => request.changes.map(({ record }) => record))).toEqual([
      ['r-a', 's'],
      ['r-b'],
    ]);
  });

  it('is a dead letter when COR refuses', async () => {
    const { deadLetters } = await handle({ why: 'reconcile', changes: [put('a')] }, { failure: REFUSED });
    expect(deadLetters).toMatchObject([{ reason: 'CorRejected' }]);
  });
});

describe('a user message of another organization', () => {
  it('is a dead letter: what was compared there is none of ours', async () => {
    const [ours, other] = ['4b1f8a5e-6d2c-4c3a-9f0e-1a2b3c4d5e6f', '5b1f8a5e-6d2c-4c3a-9f0e-1a2b3c4d5e6f'];
    const organizations = new OrganizationGuard({
      organization: ours,
      documents: createNamedDocuments(createMemoryStore()),
      clock: { now: () => 0 },
      log: () => {},
    });
    const message = { why: 'reconcile', changes: [put('a')] } as const;
    const foreign = await handle({ ...message, organization: other }, { organizations });
    expect(foreign.deadLetters).toMatchObject([{ reason: 'WrongOrganization' }]);
    expect(foreign.submitted).toEqual([]);
    const own = await handle({ ...message, organization: ours }, { organizations });
    expect(own.submitted).toHaveLength(1);
  });
});

describe('a user message whose changes the ledger could not load again', () => {
  it('is a dead letter before anything is told', async () => {
    const user = 'é'.repeat(200);
    const { submitted, deadLetters } = await handle({
      why: 'reconcile',
      user,
      changes: [{ ...put('a'), user }],
    });
    expect(submitted).toEqual([]);
    expect(deadLetters).toMatchObject([{ reason: 'MappingFailed' }]);
  });
});

describe('a message that has the versions forgotten', () => {
  it('hands over the time of the run', async () => {
    const { submitted } = await handle({ why: 'forget', run: '2026-04-30T00:00:00Z' });
    expect(submitted).toMatchObject([{ request: { forgottenAt: Date.UTC(2026, 3, 30) } }]);
  });
});

describe('an echo', () => {
  it('is sent, before the message is settled, when the message was in other hands before', async () => {
    const { copies, lines } = await handleOne({ metadata: { deliveryCount: 2 } });
    expect(echoesIn(copies)).toHaveLength(1);
    expect(lines).toMatchObject([{ evt: 'message.completed' }]);
  });

  it('is sent when a call ended without an answer, and the message is retried as well', async () => {
    const { copies } = await handleOne({ failure: HANGS });
    expect(copies).toHaveLength(2);
    expect(echoesIn(copies)).toMatchObject([{ at: expect.any(Number) }]);
  });

  it.each([
    ['nothing happened', {}],
    ['no connection was made', { failure: AWAY }],
    ['COR answered', { failure: { ...HANGS, status: 503 } }],
    [
      'the message is a copy of the connector, delivered once',
      { metadata: { applicationProperties: { [PROPERTY.attempt]: 2 } } },
    ],
  ])('is not sent when %s', async (_what, world) => {
    expect(echoesIn((await handleOne(world)).copies)).toEqual([]);
  });

  it('makes no echo, unless it met an accident itself', async () => {
    expect(echoesIn((await handle({ why: 'echo', reassert: true })).copies)).toEqual([]);
    const again = await handle({ why: 'echo', reassert: true }, { metadata: { deliveryCount: 2 } });
    expect(echoesIn(again.copies)).toHaveLength(1);
  });

  it('that cannot be sent holds the message up, so that nothing is lost', async () => {
    const away = new Error('away');
    const { thrown, slept } = await handleOne({ metadata: { deliveryCount: 2 }, sends: [away, away] });
    expect(slept).toHaveLength(1);
    expect(thrown).toMatchObject({
      name: 'RescheduleError',
      message: expect.stringMatching(/^An echo of the message could not be sent\./),
    });
  });
});
