import { ServiceBusClient, type ServiceBusReceivedMessage } from '@azure/service-bus';

/** Everything in a queue (active, locked, scheduled) or in its dead-letter queue, by message id; it stays there. */
export async function peekAll(
  connectionString: string,
  queue: string,
  where: { readonly subQueueType?: 'deadLetter' } = {},
): Promise<Map<string, ServiceBusReceivedMessage>> {
  // The SDK goes on after the last message that this client peeked: only a new one begins with the oldest.
  const client = new ServiceBusClient(connectionString);
  const receiver = client.createReceiver(queue, { ...where, skipParsingBodyAsJson: true });
  const found = new Map<string, ServiceBusReceivedMessage>();
  let page = await receiver.peekMessages(250);
  while (page.length > 0) {
    for (const message of page) found.set(String(message.messageId), message);
    const last = page.at(-1)?.sequenceNumber;
    page = last ? await receiver.peekMessages(250, { fromSequenceNumber: last.add(1) }) : [];
  }
  await client.close();
  return found;
}
