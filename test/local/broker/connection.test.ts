import { once } from 'node:events';
import { connect as connectSocket, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { startBroker } from '../../../local/broker/broker.ts';
import { brokerFixture, connect, failureOf, receiveOne } from './broker-fixture.ts';

test('an unknown queue is refused with the code the SDK has for it', async () => {
  const { client } = await brokerFixture();
  for (const call of [
    () => client.createSender('nowhere').sendMessages({ body: 1 }),
    () => client.createReceiver('nowhere').receiveMessages(1),
    () => client.createReceiver('nowhere').peekMessages(1),
  ]) {
    expect(await failureOf(call())).toMatchObject({ code: 'MessagingEntityNotFound' });
  }
});

test('sessions are refused by name', async () => {
  const { client } = await brokerFixture();
  const session = await failureOf(client.acceptNextSession('q'));
  expect(session.message).toMatch(/Queue "q" has no sessions/);
});

test('entity names are case-insensitive', async () => {
  const { client, broker } = await brokerFixture();
  broker.createQueue({ name: 'Assignments/Changed' });
  await client.createSender('assignments/CHANGED').sendMessages({ body: 1 });
  const receiver = client.createReceiver('ASSIGNMENTS/changed');
  await receiver.deadLetterMessage(await receiveOne(receiver));
  await receiveOne(client.createReceiver('Assignments/Changed', { subQueueType: 'deadLetter' }));
  expect(broker.counts('assignments/changed')).toMatchObject({ enqueued: 1, deadLetter: 1 });
});

test('after dropped connections the SDK goes on receiving, and locked messages are still locked', async () => {
  const { broker, client } = await brokerFixture();
  const held = client.createReceiver('q');
  const subscribed = client.createReceiver('q');
  await client.createSender('q').sendMessages({ body: 1, messageId: 'before' });
  const message = await receiveOne(held);
  subscribed.subscribe({ processMessage: async () => {}, processError: async () => {} });
  const completed = new Promise((resolve) => broker.onSettled(resolve));

  broker.dropConnections();
  // A second client: the first one needs a moment to notice.
  const other = connect(broker);
  onTestFinished(() => other.close());
  await other.createSender('q').sendMessages({ body: 2, messageId: 'after' });
  expect(await completed).toMatchObject({ messageId: 'after', outcome: 'completed' });
  expect(broker.counts('q')).toMatchObject({ active: 0, locked: 1 });
  await other.createReceiver('q').completeMessage(message);
  expect(broker.counts('q')).toMatchObject({ locked: 0, completed: 2 });
});

test('a port that is taken is an error of the start', async () => {
  const { broker } = await brokerFixture();
  await expect(startBroker({ queues: [], port: broker.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
});

test('a stopped broker leaves its port to the next one', async () => {
  const first = await startBroker({ queues: [{ name: 'q' }] });
  await first.stop();
  await first.stop();
  const second = await startBroker({ queues: [{ name: 'q' }], port: first.port });
  expect(second.port).toBe(first.port);
  await second.stop();
});

async function rawConnection(port: number, bytes: Buffer): Promise<Socket> {
  const socket = connectSocket(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  socket.write(bytes);
  return socket;
}

const AMQP_HEADER = Buffer.from('AMQP\x00\x01\x00\x00', 'latin1');
/** One frame on channel 0; `body` is the encoded performative. */
function frame(body: Buffer): Buffer {
  const header = Buffer.from([0, 0, 0, 8 + body.length, 2, 0, 0, 0]);
  return Buffer.concat([header, body]);
}
const listOf = (code: number, count: number, fields: number[]) =>
  frame(Buffer.from([0x00, 0x53, code, 0xc0, fields.length + 1, count, ...fields]));
const UINT_0 = 0x43;
/** container-id "x"; no hostname, frame or channel limit; idle-time-out in milliseconds. */
const open = (idleTimeout: number) =>
  listOf(0x10, 5, [0xa1, 1, 0x78, 0x40, 0x40, 0x40, 0x70, 0, 0, idleTimeout >> 8, idleTimeout & 0xff]);
const BEGIN = listOf(0x11, 4, [0x40, UINT_0, 0x52, 100, 0x52, 100]);

async function everythingFrom(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  await once(socket, 'close');
  return Buffer.concat(chunks).toString('latin1');
}

test('a client that asks for heartbeats gets them', async () => {
  const { broker } = await brokerFixture();
  const socket = await rawConnection(broker.port, Buffer.concat([AMQP_HEADER, open(100)]));
  const emptyFrame = Buffer.from([0, 0, 0, 8, 2, 0, 0, 0]);
  for (let heartbeats = 0; heartbeats < 3; ) {
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    if (chunk.equals(emptyFrame)) heartbeats++;
  }
  expect(socket.destroyed).toBe(false);
});

test('a client that stays silent for twice the idle timeout is disconnected', async () => {
  const { broker } = await brokerFixture({}, { idleTimeoutMs: 50 });
  const socket = await rawConnection(broker.port, Buffer.concat([AMQP_HEADER, open(0)]));
  expect(await everythingFrom(socket)).toContain('max idle time exceeded');
});

test.each([
  [
    'a transfer on a link that is not attached',
    listOf(0x14, 2, [0x52, 7, UINT_0]),
    'No link is attached at handle 7.',
  ],
  [
    'a settlement of what was never sent',
    listOf(0x15, 3, [0x41, 0x52, 9, 0x52, 9]),
    'Deliveries 9 to 9 were never sent.',
  ],
  ['a second session on one channel', BEGIN, 'Channel 0 is in use.'],
])('%s closes the connection with the reason', async (_, bytes, reason) => {
  const { broker } = await brokerFixture({}, { idleTimeoutMs: 50 });
  const socket = await rawConnection(broker.port, Buffer.concat([AMQP_HEADER, open(0), BEGIN, bytes]));
  expect(await everythingFrom(socket)).toContain(reason);
});

test.each([
  ['HTTP', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
  ['a broken frame', Buffer.concat([AMQP_HEADER, frame(Buffer.from([0x00, 0x53, 0x10, 0xc0, 200, 9]))])],
])('a client that talks %s is cut off and the broker goes on', async (_, bytes) => {
  const { broker, client } = await brokerFixture();
  await everythingFrom(await rawConnection(broker.port, bytes));
  await client.createSender('q').sendMessages({ body: 1 });
  expect(broker.counts('q').active).toBe(1);
});
