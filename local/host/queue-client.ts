import type { ServiceBusClient } from '@azure/service-bus';
import type { QueueTrigger } from './triggers.ts';

/**
 * The SDK's own waits are made for outages of Azure: 30 s between tries, and 60 s for a settlement whose
 * connection was lost, because nothing tells it. A local broker is back at once or not at all.
 */
const RETRY_OPTIONS = { maxRetries: 3, retryDelayInMs: 100, maxRetryDelayInMs: 2000, timeoutInMs: 10_000 };

/** Throws, naming the function, when its connection is not a connection string. */
export async function openQueueClient({
  functionName,
  connectionString,
}: QueueTrigger): Promise<ServiceBusClient> {
  // Not at the top: an app without queue triggers starts in half the time.
  const { RetryMode, ServiceBusClient } = await import('@azure/service-bus');
  try {
    return new ServiceBusClient(connectionString, {
      retryOptions: { ...RETRY_OPTIONS, mode: RetryMode.Exponential },
    });
  } catch (error) {
    // The SDK's text says what is missing and does not repeat the key.
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `Function "${functionName}": its connection is not a Service Bus connection string: ${reason}`,
    );
  }
}
