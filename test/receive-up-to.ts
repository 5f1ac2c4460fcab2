import type { ServiceBusReceivedMessage, ServiceBusReceiver } from '@azure/service-bus';

/** As many messages as asked for, or those that come before nothing does for a while. */
export async function receiveUpTo(
  receiver: ServiceBusReceiver,
  count: number,
  maxWaitTimeInMs: number,
): Promise<ServiceBusReceivedMessage[]> {
  const received: ServiceBusReceivedMessage[] = [];
  while (received.length < count) {
    const more = await receiver.receiveMessages(count - received.length, { maxWaitTimeInMs });
    if (more.length === 0) break;
    received.push(...more);
  }
  return received;
}
