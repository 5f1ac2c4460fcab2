import { ServiceBusClient } from '@azure/service-bus';
import { expect, onTestFinished, test } from 'vitest';
import { startBroker } from '../../../local/broker/broker.ts';
import { startCorSandbox } from '../../../local/cor/sandbox.ts';
import { STORY_DAY } from '../../../local/events/story-day.ts';
import { spawnHost } from '../../../local/host/spawn.ts';
import { assignmentBody, PROJECT, USERS } from '../../dead-letters/assignment-body.ts';

const record = (last: number) => `5b0f9f4e-3c86-4d0c-b4a4-0f9b7d6e000${last}`;

test('in topic form messages come from the subscription, and copies come back by the queue', async () => {
  const broker = await startBroker({
    queues: [{ name: 'retries' }],
    topics: [{ name: 'events', subscriptions: [{ name: 'cor' }, { name: 'somebody-else' }] }],
  });
  const cor = await startCorSandbox({ users: [{ id: USERS.ada }], workspaces: [{ id: PROJECT }] });
  const lines: Record<string, unknown>[] = [];
  const host = await spawnHost({
    env: {
      ServiceBusConnection: broker.connectionString,
      ServiceBusQueueName: 'retries',
      ServiceBusTopicName: 'events',
      ServiceBusSubscriptionName: 'cor',
      COR_BASE_URL: cor.baseUrl,
      COR_TOKEN_URL: cor.tokenUrl,
      COR_API_KEY: cor.apiKey,
      COR_CLIENT_SECRET: cor.clientSecret,
      COR_TODAY: STORY_DAY,
      LedgerStorage: 'memory',
      UNMAPPED_GRACE: '5s',
    },
    onLog: (_level, _functionName, text) => {
      if (text.startsWith('{')) lines.push(JSON.parse(text));
    },
  });
  const client = new ServiceBusClient(broker.connectionString);
  onTestFinished(async () => {
    await client.close();
    await host.stop(1_000);
    await Promise.all([broker.stop(), cor.stop()]);
  });
  expect(host.functions.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['syncAssignments', 'syncRetries']),
  );

  const sender = client.createSender('events');
  await sender.sendMessages([
    { body: assignmentBody(USERS.ada, record(1)), contentType: 'application/json', messageId: 'at-once' },
    { body: assignmentBody(USERS.bob, record(2)), contentType: 'application/json', messageId: 'later' },
  ]);
  await expect
    .poll(() => lines.some(({ evt, messageId }) => evt === 'message.retried' && messageId === 'later'), {
      timeout: 15_000,
    })
    .toBe(true);
  cor.addUser(USERS.bob);
  await broker.waitUntilIdle('retries', 15_000);
  await broker.waitUntilIdle('events/Subscriptions/cor', 15_000);
  const ended = lines.filter(({ evt }) => evt === 'message.completed');
  expect(ended.map(({ messageId, outcome }) => [messageId, outcome]).sort()).toEqual([
    ['at-once', 'succeeded'],
    ['later', 'succeeded'],
  ]);
  expect(Object.values(cor.state()).map(Object.keys)).toEqual([[PROJECT], [PROJECT]]);
  expect(broker.counts('events/Subscriptions/somebody-else')).toMatchObject({ active: 2 });
});
