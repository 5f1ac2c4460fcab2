import { expect, test } from 'vitest';
import { queueFunction, startQueue } from './queue.ts';
import { startTestHost } from './start-host.ts';

const settingsFor = (connectionString: string) => ({ env: { SB: connectionString, QUEUE: 'q' } });

test('a lock is renewed while its invocation runs, also for two copies of one message', async () => {
  const queue = await startQueue({ lockDurationMs: 600 });
  const host = await startTestHost(
    {
      code: queueFunction(`
        const { ms } = JSON.parse(message.toString());
        await new Promise((resolve) => setTimeout(resolve, ms));
      `),
    },
    settingsFor(queue.connectionString),
  );
  await queue.send({ body: { ms: 1500 }, messageId: 'same' }, { body: { ms: 200 }, messageId: 'same' });
  expect(await host.invocations(2)).toMatchObject([
    { outcome: 'completed', deliveryCount: 1 },
    { outcome: 'completed', deliveryCount: 1 },
  ]);
  expect(queue.counts()).toMatchObject({ active: 0, locked: 0 });
});

test('past maxAutoLockRenewalDuration the lock is lost and the message comes again', async () => {
  const queue = await startQueue({ lockDurationMs: 500 });
  const host = await startTestHost(
    {
      code: queueFunction(
        'await new Promise((resolve) => setTimeout(resolve, deliveryCount === 1 ? 1000 : 0));',
      ),
      hostJson: { extensions: { serviceBus: { maxAutoLockRenewalDuration: '00:00:00' } } },
    },
    settingsFor(queue.connectionString),
  );
  await queue.send({ body: 'x' });
  const events = await host.invocations(2);
  expect(events).toMatchObject([
    { outcome: 'completed', deliveryCount: 2 },
    { outcome: 'lockLost', deliveryCount: 1 },
  ]);
  expect(queue.counts()).toMatchObject({ active: 0, locked: 0 });
});

test('an invocation longer than functionTimeout fails and its message is abandoned', async () => {
  const queue = await startQueue();
  const host = await startTestHost(
    {
      code: queueFunction('if (deliveryCount === 1) await new Promise(() => {});'),
      hostJson: { functionTimeout: '00:00:00.3' },
    },
    settingsFor(queue.connectionString),
  );
  await queue.send({ body: 'x' });
  expect(await host.invocations(2)).toMatchObject([
    { outcome: 'abandoned', error: 'Timeout of 300 ms exceeded by function sync' },
    { outcome: 'completed', deliveryCount: 2 },
  ]);
});

test('a time-out ends the worker with all its invocations, and another one takes its place', async () => {
  const queue = await startQueue();
  const host = await startTestHost(
    {
      code: queueFunction('if (deliveryCount === 1) await new Promise(() => {});'),
      hostJson: { functionTimeout: '00:00:01' },
    },
    settingsFor(queue.connectionString),
  );
  const first = host.workerPid();
  await queue.send({ body: 1 }, { body: 2 }, { body: 3 });
  const events = await host.invocations(6);
  expect(events.slice(0, 3).map(({ outcome }) => outcome)).toEqual(['abandoned', 'abandoned', 'abandoned']);
  expect(events.slice(3).map(({ outcome }) => outcome)).toEqual(['completed', 'completed', 'completed']);
  expect(host.workerPid()).not.toBe(first);
});

test('a host that stops terminates its worker at once; what it had not ended comes again', async () => {
  const queue = await startQueue();
  const host = await startTestHost(
    {
      code: `${queueFunction('await new Promise(() => {});')}
        app.hook.appTerminate(() => console.log('terminated'));`,
    },
    settingsFor(queue.connectionString),
  );
  await queue.send({ body: 1 });
  await expect.poll(() => queue.counts().locked).toBe(1);
  await host.stop();
  expect(host.logs).toContain('information : terminated');
  expect(host.events).toMatchObject([{ outcome: 'abandoned', error: 'The worker has ended (exit code 0)' }]);
  expect(queue.counts()).toMatchObject({ active: 1, locked: 0 });
});

test('goes on receiving after its connections were dropped, never above maxConcurrentCalls', async () => {
  const queue = await startQueue({ lockDurationMs: 2000 });
  const host = await startTestHost(
    {
      code: `${queueFunction(`
        globalThis.most = Math.max(globalThis.most ?? 0, globalThis.running = (globalThis.running ?? 0) + 1);
        await new Promise((resolve) => setTimeout(resolve, 20));
        globalThis.running--;
      `)}
      app.get('most', async () => ({ body: String(globalThis.most) }));`,
      hostJson: { extensions: { serviceBus: { maxConcurrentCalls: 4 } } },
    },
    settingsFor(queue.connectionString),
  );
  const completed = () =>
    new Set(host.events.filter((e) => e.outcome === 'completed').map((e) => e.messageId)).size;
  await queue.send(...Array.from({ length: 100 }, (_, n) => ({ body: n, messageId: `before ${n}` })));
  await host.invocations(20);
  queue.dropConnections();
  await queue.send(...Array.from({ length: 20 }, (_, n) => ({ body: n, messageId: `after ${n}` })));
  await expect.poll(completed, { timeout: 12_000 }).toBe(120);
  expect(await (await fetch(`${host.httpUrl}/api/most`)).text()).toBe('4');
  expect(queue.counts()).toMatchObject({ active: 0, locked: 0 });
});

test('drain lets the running invocations end and takes no more messages', async () => {
  const queue = await startQueue();
  const host = await startTestHost(
    { code: queueFunction('await new Promise((resolve) => setTimeout(resolve, 300)); context.log("ran");') },
    settingsFor(queue.connectionString),
  );
  await queue.send({ body: 1 });
  await expect.poll(() => queue.counts().locked).toBe(1);
  await host.drain();
  expect(host.events).toMatchObject([{ outcome: 'completed' }]);
  await queue.send({ body: 2 });
  await host.stop();
  expect(host.events).toHaveLength(1);
  expect(queue.counts()).toMatchObject({ active: 1, locked: 0 });
});

test('stops although the broker is gone', async () => {
  const queue = await startQueue();
  const host = await startTestHost({ code: queueFunction('') }, settingsFor(queue.connectionString));
  await queue.send({ body: 1 });
  await host.invocations(1);
  await queue.stopBroker();
  await host.stop();
  expect(await host.exited).toBe(0);
});

test('hands over what the SDK sent, and counts deliveries from 1', async () => {
  const queue = await startQueue();
  const host = await startTestHost(
    {
      code: queueFunction(`
        const { messageId, correlationId, subject, applicationProperties } = context.triggerMetadata;
        context.log(JSON.stringify([deliveryCount, messageId, correlationId, subject, applicationProperties, message.toString()]));
        if (deliveryCount < 3) throw new Error('again');
      `),
    },
    settingsFor(queue.connectionString),
  );
  await queue.send({
    body: Buffer.from('{"CorrelationId":"of the body"}'),
    messageId: '12345',
    correlationId: 'of the message',
    subject: 'Update',
    applicationProperties: { MessageMaxSizeExceeded: true },
  });
  await host.invocations(3);
  const handed = (count: number) =>
    `information sync: [${count},12345,"of the message","Update",{"messageMaxSizeExceeded":true},"{\\"CorrelationId\\":\\"of the body\\"}"]`;
  expect(host.logs.filter((line) => line.startsWith('information'))).toEqual([1, 2, 3].map(handed));
});
