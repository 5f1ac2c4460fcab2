import { app } from '@azure/functions';
import { createConnector } from '../../../src/connector.ts';
import { formatLogLine } from '../../../src/log.ts';
import { createServiceBusRetryQueue } from '../../../src/messaging/service-bus-retry-queue.ts';
import { readSettings } from '../../../src/settings.ts';

/**
 * The connector as `functions/` wires it, on a clock that holds messages a thousandth of the time and with jitter that takes a fiftieth
 * of each delay: 100 ms, 200 ms, 400 ms. Run by the Functions host stand-in in a process of its own.
 */
const settings = readSettings(process.env);
const queue = createServiceBusRetryQueue(settings.serviceBus, settings.source.queue);
const connector = createConnector(settings, (level, line) => console[level](formatLogLine(line)), {
  random: () => 0.02,
  clock: {
    now: () => Date.now(),
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms / 1_000)),
  },
  retryQueue: {
    ...queue,
    async schedule(copy, at) {
      await queue.schedule(copy, at);
      if (process.env.DIES_AFTER_COPY) process.kill(process.pid, 'SIGKILL');
    },
  },
});

const trigger = {
  connection: 'ServiceBusConnection',
  queueName: '%ServiceBusQueueName%',
  autoCompleteMessages: true,
  dataType: 'binary',
} as const;

app.serviceBusQueue('syncAssignments', {
  ...trigger,
  handler: (body, context) => connector.handle(body, context.triggerMetadata),
});
