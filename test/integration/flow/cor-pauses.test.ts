import { afterAll, expect, test } from 'vitest';
import { type CorSandbox, startCorSandbox } from '../../../local/cor/sandbox.ts';
import { type CorSwitchInput, readSwitches } from '../../../local/cor/switches.ts';
import { QUEUE, startTestStack } from '../test-stack.ts';
import { memberRow, message, project, share, user } from './dataverse-rows.ts';

const on = project('paused');

const stack = await startTestStack(
  { env: { MAPPING: 'project-team' }, ledger: 'memory', cor: { workspaces: [on.id] } },
  afterAll,
);

interface Fault {
  readonly switches: CorSwitchInput;
  /** Messages that are needed to meet it, each of a user of its own. */
  readonly messages: number;
  readonly reason: string;
  /** It ends by itself. */
  readonly passes?: true;
}

const TOO_MANY = 'COR answers 429';
const NO_ENTRY = 'COR refuses the credentials';

const rateLimit = (retryAfter: 'seconds' | 'date' | 'none'): Fault => ({
  switches: { rateLimit: { perSecond: 8, retryAfter } },
  messages: 11,
  reason: TOO_MANY,
  passes: true,
});
const failing = (failure: NonNullable<CorSwitchInput['failNext']>[number], reason: string): Fault => ({
  switches: { failNext: [failure] },
  messages: 1,
  reason,
  passes: true,
});
const refusing = (refuseCredentials: 400 | 401 | 403): Fault => ({
  switches: { refuseCredentials },
  messages: 1,
  reason: NO_ENTRY,
});

/** One pause lasts a second and stops a whole process: so several processes, each with a COR of its own, go through these at a time. */
const LANES: readonly (readonly Fault[])[] = [
  [rateLimit('seconds'), refusing(400), failing({ status: 429 }, TOO_MANY)],
  [rateLimit('date'), refusing(401), failing({ status: 503, retryAfter: '1' }, 'COR answers 503')],
  [rateLimit('none'), refusing(403), { switches: { forbid: true }, messages: 2, reason: NO_ENTRY }],
];

async function openLane(lane: number): Promise<{ cor: CorSandbox; queue: string }> {
  if (lane === 0) return { cor: stack.cor, queue: QUEUE };
  const queue = `${QUEUE}-${lane}`;
  const cor = await startCorSandbox({ workspaces: [on.id] });
  afterAll(() => cor.stop());
  stack.broker.createQueue({ name: queue });
  const env = { MAPPING: 'project-team', COR_BASE_URL: cor.baseUrl, COR_TOKEN_URL: cor.tokenUrl };
  await stack.startApp({ queue, env });
  return { cor, queue };
}

const lanes = await Promise.all(LANES.map((_, lane) => openLane(lane)));

// Copies come back a few times a second: those that are still not wanted are sent away again.
const comeBack = setInterval(() => {
  for (const { queue } of lanes) stack.broker.enqueueScheduled(queue);
}, 300);
afterAll(() => clearInterval(comeBack));

LANES.forEach((faults, lane) => {
  const { cor, queue } = lanes[lane] ?? { cor: stack.cor, queue: QUEUE };
  test.concurrent(`lane ${lane + 1}: ${faults.map(({ switches }) => JSON.stringify(switches)).join(', ')}`, async ({
    expect,
  }) => {
    const sender = stack.client.createSender(queue);
    for (const [index, { switches, messages, reason, passes }] of faults.entries()) {
      const labels = Array.from(
        { length: messages },
        (_, one) => `lane ${lane}, fault ${index}, user ${one}`,
      );
      const users = labels.map(user);
      for (const { id } of users) cor.addUser(id);
      cor.set(switches);
      if (switches.refuseCredentials) cor.invalidateTokens();
      cor.clearCalls();
      const paused = stack.lines.length;
      // All of them arrive at COR together: how many a second it takes must not hang on how fast this machine is.
      if (messages > 1) cor.hold();
      await sender.sendMessages(
        labels.map((label, one) => message(label, memberRow(label).create(share(user(label), on, one + 1)))),
      );
      if (messages > 1) await cor.held(messages).then(cor.release);
      const first = await stack.line(
        ({ evt, messageId }) => evt === 'message.retried' && labels.includes(String(messageId)),
      );
      expect(first).toMatchObject({ errorClass: reason === NO_ENTRY ? 'auth' : 'transient' });
      expect(Number(first.delayMs)).toBeGreaterThan(0);
      expect(stack.lines.slice(paused)).toContainEqual(
        expect.objectContaining({ evt: 'pause.started', reason }),
      );
      if (!passes) cor.set(readSwitches({}));

      const ended = await Promise.all(labels.map((label) => stack.ended(label)));
      expect(ended.map(({ outcome }) => outcome)).toEqual(labels.map(() => 'succeeded'));
      expect(users.map(({ id }) => cor.state()[id])).toEqual(labels.map((_, one) => ({ [on.id]: one + 1 })));
      // Nobody asked during the pause: the call that began it is the only one that failed, beside a 401 that asks for a new token.
      if (messages === 1) {
        const failed = cor.calls.filter(
          ({ operation, status }) => status !== 200 && (operation === 'token' || status !== 401),
        );
        expect(failed).toHaveLength(1);
      }
      cor.set(readSwitches({}));
    }
  });
});

test('the pauses were told, with their ends', () => {
  const told = (evt: string) =>
    new Set(stack.lines.filter((line) => line.evt === evt).map(({ reason }) => reason));
  const reasons = new Set(LANES.flat().map(({ reason }) => reason));
  expect(told('pause.started')).toEqual(reasons);
  expect(told('pause.ended')).toEqual(reasons);
});
