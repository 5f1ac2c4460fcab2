import { ServiceBusClient } from '@azure/service-bus';
import { expect, it, onTestFinished } from 'vitest';
import { startBroker } from '../../../local/broker/broker.ts';
import { createQueuePoster } from '../../../local/dataverse/queue-poster.ts';
import { guidOf } from '../../../local/events/cast.ts';
import { openWithSteps, STEPS, TABLE } from './posted-message.ts';

async function broker() {
  const started = await startBroker({ queues: [{ name: 'assignments' }] });
  onTestFinished(() => started.stop());
  return started;
}

it('brings every change into the queue, in order, as Dataverse would post it', async () => {
  const { connectionString } = await broker();
  const poster = createQueuePoster(connectionString);
  const client = new ServiceBusClient(connectionString);
  onTestFinished(() => Promise.all([poster.close(), client.close()]).then(() => {}));

  const dataverse = await openWithSteps({ onMessage: poster.post });
  const id = dataverse.create(TABLE, { msdyn_name: 'New', msdyn_resourceassignmentid: guidOf('new') });
  for (let effort = 1; effort < 10; effort += 1) dataverse.update(TABLE, id, { msdyn_effort: effort });
  dataverse.delete(TABLE, id);
  await poster.sent();

  const receiver = client.createReceiver('assignments', { receiveMode: 'receiveAndDelete' });
  const received = await receiver.receiveMessages(11, { maxWaitTimeInMs: 5_000 });
  expect(received.map(({ messageId }) => messageId)).toEqual(
    dataverse.messages.map(({ messageId }) => messageId),
  );
  const [first] = received;
  expect(first).toMatchObject({
    contentType: 'application/json',
    applicationProperties: { 'http://schemas.microsoft.com/xrm/2011/Claims/RequestName': 'Create' },
    body: { MessageName: 'Create', PrimaryEntityId: id },
  });
});

it('says that a queue is not there', async () => {
  const { connectionString } = await broker();
  const poster = createQueuePoster(connectionString);
  onTestFinished(() => poster.close());
  const dataverse = await openWithSteps({
    onMessage: poster.post,
    steps: [{ ...STEPS, queue: 'elsewhere' }],
  });
  dataverse.create(TABLE, { msdyn_name: 'New' });
  await expect(poster.sent()).rejects.toThrow(/elsewhere/);
});

it('goes on after a message that the queue does not take', async () => {
  const { connectionString, counts } = await broker();
  let extra = 300_000;
  const poster = createQueuePoster(connectionString);
  onTestFinished(() => poster.close());
  const dataverse = await openWithSteps({
    onMessage(message) {
      poster.post({ ...message, body: Buffer.concat([message.body, Buffer.alloc(extra, ' ')]) });
      extra = 0;
    },
  });
  dataverse.create(TABLE, { msdyn_name: 'Too large' });
  dataverse.create(TABLE, { msdyn_name: 'New' });
  await expect(poster.sent()).rejects.toThrow(/larger/);
  expect(counts('assignments').active).toBe(1);
});
