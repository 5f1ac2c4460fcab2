import { ServiceBusClient } from '@azure/service-bus';
import { expect, onTestFinished, test } from 'vitest';
import { startBroker } from '../../../local/broker/broker.ts';
import { bringForward, leaveWaiting } from '../../../local/demo/bring-forward.ts';

const QUEUE = 'assignments';
const IN_TEN_MINUTES = () => new Date(Date.now() + 600_000);

test('what has to wait again is brought forward again, until something else is tried', async () => {
  const broker = await startBroker({ queues: [{ name: QUEUE }] });
  const client = new ServiceBusClient(broker.connectionString);
  onTestFinished(async () => {
    leaveWaiting();
    await client.close();
    await broker.stop();
  });
  const sender = client.createSender(QUEUE);
  const active = () => broker.counts(QUEUE).active;
  await sender.scheduleMessages({ body: 'first' }, IN_TEN_MINUTES());
  bringForward(broker, [QUEUE]);
  expect(active()).toBe(1);
  await sender.scheduleMessages({ body: 'paused' }, IN_TEN_MINUTES());
  await expect.poll(active, { timeout: 5_000 }).toBe(2);
  leaveWaiting();
  await sender.scheduleMessages({ body: 'left' }, IN_TEN_MINUTES());
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect(broker.counts(QUEUE)).toMatchObject({ active: 2, scheduled: 1 });
});
