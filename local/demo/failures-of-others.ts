import type { PostedMessage } from '../dataverse/post-event.ts';
import { changeTwo, type FailureTrial, QUEUE, withProperties } from './failure-trial.ts';
import { duringSleep } from './sleep.ts';
import { failFor, onceHeard, sendFilling, withoutImages } from './trouble.ts';
import { changeWork, loseWork } from './work.ts';

const LOCK_MS = 60_000;

/** What the queue, storage, Dataverse, the process or a message does wrong. */
export const FAILURES_OF_OTHERS: readonly FailureTrial[] = [
  {
    id: 'no-json',
    row: 'Body without JSON',
    async run(demo) {
      await demo.send(QUEUE, { messageId: `no-json-${Date.now()}`, body: Buffer.from('no JSON') });
      return 'A message without JSON was sent.';
    },
  },
  {
    id: 'storage-down',
    row: 'Storage is down',
    run(demo) {
      const { storage } = demo.stack;
      if (!storage) throw new Error('This stack has no storage.');
      duringSleep(storage.pid, 30_000);
      return `Storage does not answer for 30 s. Changed: ${changeTwo(demo)}.`;
    },
  },
  {
    id: 'broker-drops',
    row: 'Broker connection drops',
    async run(demo) {
      demo.stack.cor.hold('after');
      const changed = changeWork(demo, 'robin');
      await demo.stack.cor.held();
      demo.stack.broker.dropConnections();
      demo.stack.cor.release();
      return `The connections to the broker were reset in the middle of a call. Changed: ${changed}.`;
    },
  },
  {
    id: 'lock-lost',
    row: 'Lock lost',
    async run(demo) {
      demo.stack.cor.hold('after');
      const changed = changeWork(demo, 'robin');
      await demo.stack.cor.held();
      duringSleep(demo.host(QUEUE).pid, LOCK_MS + 5_000);
      demo.stack.cor.release();
      return `The connector stands still for 65 s, longer than its lock lasts. Changed: ${changed}.`;
    },
  },
  {
    id: 'process-dies',
    row: 'Process dies between copy and completion',
    run(demo) {
      failFor(demo, 1);
      onceHeard(demo, { evt: 'message.retried' }, () => demo.kill(QUEUE));
      return `The connector is killed as soon as it has sent a copy, and started again. Changed: ${changeWork(demo, 'robin')}.`;
    },
  },
  {
    id: 'told-to-end',
    row: 'The app is told to end',
    async run(demo) {
      const changed = changeTwo(demo);
      await demo.restart(demo.day);
      return `The connectors were told to end, and started again. Changed: ${changed}.`;
    },
  },
  {
    id: 'process-killed',
    row: 'The host kills the worker',
    async run(demo) {
      demo.stack.cor.hold('after');
      const changed = changeWork(demo, 'robin');
      await demo.stack.cor.held();
      const back = demo.kill(QUEUE);
      demo.stack.cor.release();
      await back;
      return `The connector was killed in the middle of a call, and started again. Changed: ${changed}. The message comes again when its lock has run out, within a minute.`;
    },
  },
  {
    id: 'message-full',
    row: "The message fills the queue's limit",
    async run(demo) {
      failFor(demo, 1);
      const posted: PostedMessage[] = [];
      demo.alterNext((message) => void posted.push(message));
      const changed = changeWork(demo, 'robin');
      for (const message of posted) await sendFilling(demo, message);
      return `The event fills the queue's limit, and COR fails once. Changed: ${changed}. Replay the dead letter.`;
    },
  },
  {
    id: 'copied-500-times',
    row: 'A message was copied 500 times',
    run(demo) {
      failFor(demo, 1);
      withProperties(demo, { corAttempt: 500 });
      return `The event says that it was copied 500 times, and COR fails once. Changed: ${changeWork(demo, 'robin')}.`;
    },
  },
  {
    id: 'amqp-value',
    row: 'The body is an AMQP value or sequence',
    async run(demo) {
      await demo.send(QUEUE, { messageId: `amqp-value-${Date.now()}`, bodyType: 'value', body: 'no bytes' });
      return 'A message whose body is an AMQP value was sent: after ten deliveries the queue gives it up.';
    },
  },
  {
    id: 'nonsense',
    row: "Somebody writes nonsense into the connector's own properties",
    run(demo) {
      withProperties(demo, { corAttempt: -1 });
      return `The event says that it was copied -1 times. Changed: ${changeWork(demo, 'robin')}.`;
    },
  },
  {
    id: 'not-settled',
    row: 'A dead letter cannot be settled',
    async run(demo) {
      await demo.host(QUEUE).failSettlements('unknown', 2);
      await demo.send(QUEUE, { messageId: `not-settled-${Date.now()}`, body: Buffer.from('no JSON') });
      return 'Twice the dead letter cannot be settled; ten times would take long.';
    },
  },
  {
    id: 'not-enough',
    row: 'An event does not suffice',
    run(demo) {
      demo.alterNext(withoutImages);
      return `The event comes without images. Changed: ${changeWork(demo, 'robin')}.`;
    },
  },
  {
    id: 'row-gone',
    row: '… and its row is gone',
    run(demo) {
      demo.alterNext(withoutImages);
      const changed = changeWork(demo, 'robin');
      loseWork(demo, 'robin');
      return `The event comes without images, and its row is deleted meanwhile. Changed: ${changed}.`;
    },
  },
  {
    id: 'dataverse-away',
    row: 'Dataverse is away',
    run(demo) {
      demo.dataverse.set({ applicationUser: 'disabled' });
      demo.alterNext(withoutImages);
      return `Dataverse lets the app in no more, and the event comes without images. Changed: ${changeWork(demo, 'robin')}.`;
    },
  },
];
