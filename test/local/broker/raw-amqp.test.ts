import { once } from 'node:events';
import rhea, { type Connection, type EventContext, type Sender } from 'rhea';
import { expect, onTestFinished, test } from 'vitest';
import { encodeValues, types } from '../../../local/broker/rhea-types.ts';
import { brokerFixture, receiveOne } from './broker-fixture.ts';

/** A client below the SDK, for what the SDK never sends. */
async function rawClient(port: number): Promise<Connection> {
  const connection = rhea.create_container().connect({ host: '127.0.0.1', port, reconnect: false });
  connection.on('disconnected', () => {});
  onTestFinished(() => connection.close());
  await once(connection, 'connection_open');
  return connection;
}

async function openSender(connection: Connection): Promise<Sender> {
  const sender = connection.open_sender('q');
  await once(sender, 'sendable');
  return sender;
}

const BATCH_FORMAT = 0x80013700;
const dataSection = (message: Buffer) => encodeValues(types.wrap_described(types.wrap_binary(message), 0x75));

test('a batch with one bad message is rejected and none of it is kept', async () => {
  const { broker } = await brokerFixture();
  const sender = await openSender(await rawClient(broker.port));
  const good = dataSection(rhea.message.encode({ body: 'good' }));
  sender.send(Buffer.concat([good, dataSection(Buffer.from('bad')), good]), undefined, BATCH_FORMAT);
  const [rejected] = (await once(sender, 'rejected')) as [EventContext];
  expect(rejected.delivery?.remote_state?.error).toMatchObject({ condition: 'amqp:decode-error' });
  expect(broker.counts('q')).toMatchObject({ active: 0, enqueued: 0 });
  sender.send(Buffer.concat([good, good]), undefined, BATCH_FORMAT);
  await once(sender, 'accepted');
  expect(broker.counts('q').enqueued).toBe(2);
});

test('an unknown message format is rejected', async () => {
  const { broker } = await brokerFixture();
  const sender = await openSender(await rawClient(broker.port));
  sender.send(Buffer.from('x'), undefined, 7);
  const [rejected] = (await once(sender, 'rejected')) as [EventContext];
  expect(rejected.delivery?.remote_state?.error).toMatchObject({ condition: 'amqp:not-implemented' });
});

test('a released message comes back without counting as delivered; a plainly rejected one is dead-lettered', async () => {
  const { broker, client } = await brokerFixture();
  await client.createSender('q').sendMessages({ body: 1 });
  const connection = await rawClient(broker.port);
  const receiver = connection.open_receiver({
    source: 'q',
    autoaccept: false,
    credit_window: 0,
    rcv_settle_mode: 1,
  });
  await once(receiver, 'receiver_open');
  receiver.add_credit(2);
  const [first] = (await once(receiver, 'message')) as [EventContext];
  first.delivery?.release();
  const [second] = (await once(receiver, 'message')) as [EventContext];
  expect(second.message?.delivery_count).toBe(0);
  second.delivery?.reject({ condition: 'my:condition', description: 'Not for me' });
  const deadLetter = await receiveOne(client.createReceiver('q', { subQueueType: 'deadLetter' }));
  expect(deadLetter).toMatchObject({
    deadLetterReason: 'my:condition',
    deadLetterErrorDescription: 'Not for me',
  });
});

test('draining without any credit left is answered', async () => {
  const { broker } = await brokerFixture();
  const connection = await rawClient(broker.port);
  const receiver = connection.open_receiver({ source: 'q', credit_window: 0 });
  await once(receiver, 'receiver_open');
  receiver.drain_credit();
  await once(receiver, 'receiver_drained');
});

test('an unknown $management operation is answered with what is wrong', async () => {
  const { broker } = await brokerFixture();
  const connection = await rawClient(broker.port);
  const sender = connection.open_sender('q/$management');
  const receiver = connection.open_receiver({ source: 'q/$management', target: 'me' });
  await Promise.all([once(sender, 'sendable'), once(receiver, 'receiver_open')]);
  const ask = async (operation: string, body: unknown) => {
    const request = { reply_to: 'me', message_id: 1, application_properties: { operation }, body };
    sender.send(request);
    const [{ message }] = (await once(receiver, 'message')) as [EventContext];
    return message?.application_properties;
  };
  expect(await ask('com.microsoft:get-message-sessions', {})).toEqual({
    statusCode: 501,
    statusDescription:
      'This broker\'s queues do not know the operation "com.microsoft:get-message-sessions".',
    errorCondition: 'amqp:not-implemented',
  });
  expect(await ask('com.microsoft:renew-lock', { 'lock-tokens': ['x'] })).toMatchObject({
    statusCode: 400,
    statusDescription: 'The request\'s "lock-tokens" must be a list of UUIDs.',
  });
});
