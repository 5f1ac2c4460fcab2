import { app, type InvocationContext } from '@azure/functions';
import { connector, settings } from './app.ts';
import { withInvocationLog } from './log.ts';
import { telemetry } from './telemetry.ts';

async function handler(body: unknown, context: InvocationContext): Promise<void> {
  const trace = telemetry.message(context.traceContext);
  try {
    await withInvocationLog(context, trace, () => connector.handle(body, context.triggerMetadata, trace));
  } finally {
    trace.end();
  }
}

const trigger = {
  connection: 'ServiceBusConnection',
  /** Complete on return, abandon on throw. */
  autoCompleteMessages: true,
  /**
   * Bytes as they were sent: a text body would be run through JSON.parse, and its members would overwrite the
   * trigger metadata.
   */
  dataType: 'binary',
} as const;

const queue = { ...trigger, queueName: '%ServiceBusQueueName%', handler };

if (settings.source.kind === 'queue') {
  app.serviceBusQueue('syncAssignments', queue);
} else {
  const topic = {
    ...trigger,
    topicName: '%ServiceBusTopicName%',
    subscriptionName: '%ServiceBusSubscriptionName%',
    handler,
  };
  app.serviceBusTopic('syncAssignments', topic);
  // Scheduled copies and replayed dead letters go to the queue, where no other reader of the topic sees them.
  app.serviceBusQueue('syncRetries', queue);
}
