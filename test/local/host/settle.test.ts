import { expect, test } from 'vitest';
import { queueFunction, startQueue } from './queue.ts';
import { startTestHost } from './start-host.ts';

const settingsFor = (connectionString: string) => ({ env: { SB: connectionString, QUEUE: 'q' } });
const emptied = { active: 0, locked: 0, deferred: 0 };

test('completes what returns, abandons what throws, dead-letters what the handler says', async () => {
  const queue = await startQueue({ maxDeliveryCount: 3 });
  const host = await startTestHost(
    {
      code: queueFunction(`
        const { act } = JSON.parse(message.toString());
        if (act === 'throw') throw new Error('of the handler');
        if (act === 'throw null') throw null;
        if (act === 'dead-letter') await settlement.deadLetter(lockToken, 'NotJson', 'grüße 👩‍🚀, resend');
      `),
    },
    settingsFor(queue.connectionString),
  );
  for (const act of ['return', 'throw', 'throw null', 'dead-letter']) {
    await queue.send({ body: { act }, messageId: act });
  }
  const events = await host.invocations(6);

  const outcomes = (messageId: string) =>
    events
      .filter((event) => event.messageId === messageId)
      .map(({ outcome, deliveryCount }) => [outcome, deliveryCount]);
  expect(outcomes('return')).toEqual([['completed', 1]]);
  expect(outcomes('throw null')).toEqual([['completed', 1]]);
  expect(outcomes('dead-letter')).toEqual([['deadLettered', 1]]);
  expect(outcomes('throw')).toEqual([
    ['abandoned', 1],
    ['abandoned', 2],
    ['abandoned', 3],
  ]);
  expect(events.find(({ outcome }) => outcome === 'abandoned')?.error).toBe('of the handler');
  expect(queue.counts()).toMatchObject({ ...emptied, deadLetter: 2 });
  const dead = new Map((await queue.deadLetters(2)).map((message) => [message.messageId, message]));
  expect(dead.get('dead-letter')).toMatchObject({
    deadLetterReason: 'NotJson',
    deadLetterErrorDescription: 'grüße 👩‍🚀, resend',
  });
  expect(dead.get('throw')?.deadLetterReason).toBe('MaxDeliveryCountExceeded');
});

test('with autoCompleteMessages off, a return leaves the message locked and a throw abandons it', async () => {
  const queue = await startQueue({ maxDeliveryCount: 1 });
  const host = await startTestHost(
    {
      code: queueFunction(
        `if (message.toString() === '"throw"') throw new Error();`,
        'autoCompleteMessages: false,',
      ),
    },
    settingsFor(queue.connectionString),
  );
  await queue.send({ body: 'return' }, { body: 'throw' });
  const events = await host.invocations(2);
  expect(events.map(({ outcome }) => outcome).sort()).toEqual(['abandoned', 'leftLocked']);
  expect(queue.counts()).toMatchObject({ active: 0, locked: 1, deadLetter: 1 });
});

test('no message ends with its neighbour’s outcome, at 512 in flight', async () => {
  const total = 2000;
  const queue = await startQueue();
  const host = await startTestHost(
    {
      code: queueFunction(`
        const { n } = JSON.parse(message.toString());
        if (n % 3 === 0) await settlement.deadLetter(lockToken, 'NotJson', 'number ' + n);
        else if (n % 7 === 0 && deliveryCount === 1) throw new Error('number ' + n);
      `),
      hostJson: { extensions: { serviceBus: { maxConcurrentCalls: 512 } } },
    },
    settingsFor(queue.connectionString),
  );
  const numbers = Array.from({ length: total }, (_, n) => n);
  const deadLettered = numbers.filter((n) => n % 3 === 0);
  const thrown = numbers.filter((n) => n % 3 !== 0 && n % 7 === 0);
  await queue.send(...numbers.map((n) => ({ body: { n }, messageId: `m${n}` })));
  const events = await host.invocations(total + thrown.length);

  expect(events).toHaveLength(total + thrown.length);
  expect(queue.counts()).toMatchObject({ ...emptied, deadLetter: deadLettered.length });
  const dead = await queue.deadLetters(deadLettered.length);
  expect(new Set(dead.map(({ body }) => body.n))).toEqual(new Set(deadLettered));
  for (const { body, deadLetterErrorDescription } of dead) {
    expect(deadLetterErrorDescription).toBe(`number ${body.n}`);
  }
  const abandoned = events.filter(({ outcome }) => outcome === 'abandoned').map(({ messageId }) => messageId);
  expect(new Set(abandoned)).toEqual(new Set(thrown.map((n) => `m${n}`)));
});

test('a lock token is valid only while its invocation runs, and only once', async () => {
  const queue = await startQueue();
  const host = await startTestHost(
    {
      code: `${queueFunction(`
        globalThis.token = lockToken;
        await settlement.deadLetter(lockToken, 'NotJson', 'first');
        globalThis.second = await settlement.deadLetter(lockToken, 'NotJson', 'second').catch((error) => error.message);
      `)}
      app.get('afterwards', async () => ({
        jsonBody: {
          second: globalThis.second,
          afterwards: await settlement.deadLetter(globalThis.token, 'NotJson', 'third').catch((error) => error.message),
        },
      }));`,
    },
    settingsFor(queue.connectionString),
  );
  await queue.send({ body: 'x' });
  expect(await host.invocations(1)).toMatchObject([{ outcome: 'deadLettered' }]);
  const said = (await (await fetch(`${host.httpUrl}/api/afterwards`)).json()) as Record<string, string>;
  expect(said.second).toMatch(/UNKNOWN.*settled already/);
  expect(said.afterwards).toMatch(/FAILED_PRECONDITION: LockToken .* not found/);
  expect((await queue.deadLetters(1))[0]?.deadLetterErrorDescription).toBe('first');
});

test('a settlement that fails brings the message back; one whose reply is lost has happened', async () => {
  const queue = await startQueue();
  const host = await startTestHost(
    {
      code: queueFunction(`await settlement.deadLetter(lockToken, 'NotJson', 'delivery ' + deliveryCount);`),
    },
    settingsFor(queue.connectionString),
  );
  await host.failSettlements('unimplemented', 2);
  await queue.send({ body: 'x' });
  expect((await host.invocations(3)).map(({ outcome }) => outcome)).toEqual([
    'abandoned',
    'abandoned',
    'deadLettered',
  ]);
  await host.failSettlements('replyLost', 1);
  await queue.send({ body: 'y' });
  expect((await host.invocations(4)).at(-1)).toMatchObject({
    outcome: 'deadLettered',
    error: expect.stringContaining('did not dead-letter the message (UNKNOWN'),
  });
  const descriptions = (await queue.deadLetters(2)).map((message) => message.deadLetterErrorDescription);
  expect(descriptions).toEqual(['delivery 3', 'delivery 1']);
  expect(queue.counts()).toMatchObject({ ...emptied, deadLetter: 0 });
});
