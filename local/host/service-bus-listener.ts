import { randomUUID } from 'node:crypto';
import type { ServiceBusClient, ServiceBusReceivedMessage } from '@azure/service-bus';
import { createConcurrencyLimit } from './concurrency-limit.ts';
import type { BindingInfo, InvocationRequest } from './core-types.ts';
import { createDelivery, type Delivery } from './delivery.ts';
import type { HostConfig } from './host-config.ts';
import type { InvocationEvent, InvocationOutcome } from './host-events.ts';
import type { InvocationResult } from './invocation.ts';
import { createLockRenewal } from './lock-renewal.ts';
import { toInvocationData } from './trigger-metadata.ts';

export interface ListenerOptions {
  readonly functionName: string;
  readonly bindingName: string;
  readonly queueName: string;
  readonly dataType: string | undefined;
  readonly autoComplete: boolean;
  readonly client: ServiceBusClient;
  readonly config: HostConfig['serviceBus'];
  /** The token cache of the settlement service: an entry lives exactly as long as its invocation. */
  readonly deliveries: Map<string, Delivery>;
  invoke(request: InvocationRequest): Promise<InvocationResult>;
  onInvocation(event: InvocationEvent): void;
  onError(message: string): void;
}

export interface Listener {
  /** Stops receiving and resolves when the running invocations have ended. */
  drain(): Promise<void>;
  stop(): void;
}

/** Checks a queue trigger for what this stand-in does not do. */
export function refuseUnsupported(functionName: string, binding: BindingInfo): void {
  const refuse = (what: string): never => {
    throw new Error(`Function "${functionName}": ${what} not served by this stand-in`);
  };
  if (binding.topicName !== undefined) refuse('topic triggers are');
  if (typeof binding.queueName !== 'string' || typeof binding.connection !== 'string') {
    refuse('a Service Bus trigger without queueName and connection is');
  }
  if (binding.cardinality === 'many') refuse('batches (cardinality "many") are');
  if (binding.isSessionsEnabled) refuse('session queues (isSessionsEnabled) are');
  if (binding.properties?.supportsDeferredBinding === 'true') refuse('sdkBinding is');
}

/** Receives under peek-lock, invokes the function once for each message, and settles what the function left unsettled. */
export function startListener(options: ListenerOptions): Listener {
  const { functionName, config, deliveries } = options;
  const receiver = options.client.createReceiver(options.queueName, {
    maxAutoLockRenewalDurationInMs: 0,
    skipParsingBodyAsJson: true,
    skipConvertingDate: true,
  });
  const renewal = createLockRenewal(config.maxAutoLockRenewalDurationMs, (delivery, error) =>
    options.onError(`Lock renewal of message ${delivery.message.messageId} failed: ${errorText(error)}`),
  );
  // After a lost connection the SDK grants its credit anew while the old handlers still run: credit alone is no limit.
  const limit = createConcurrencyLimit(config.maxConcurrentCalls);
  const running = new Set<Promise<void>>();

  const subscription = receiver.subscribe(
    {
      async processMessage(message) {
        const work = limit.run(() => process(message));
        running.add(work);
        await work.finally(() => running.delete(work));
      },
      async processError({ error, errorSource }) {
        options.onError(`Receiving from ${options.queueName} failed (${errorSource}): ${errorText(error)}`);
      },
    },
    { autoCompleteMessages: false, maxConcurrentCalls: config.maxConcurrentCalls + config.prefetchCount },
  );

  async function process(message: ServiceBusReceivedMessage): Promise<void> {
    const started = performance.now();
    const invocationId = randomUUID();
    const delivery = createDelivery(receiver, message);
    renewal.keep(delivery);
    const result = await runInvocation(delivery, invocationId);
    renewal.release(delivery);
    const { outcome, error } = await settleAfterInvocation(delivery, result);
    if (error) options.onError(`Message ${message.messageId} was not settled: ${error}`);
    options.onInvocation({
      functionName,
      invocationId,
      outcome,
      durationMs: performance.now() - started,
      ...(message.messageId !== undefined && { messageId: String(message.messageId) }),
      ...(message.sequenceNumber && { sequenceNumber: message.sequenceNumber.toNumber() }),
      deliveryCount: (message.deliveryCount ?? 0) + 1,
      ...(!result.succeeded && { error: result.error.message }),
    });
  }

  async function runInvocation(delivery: Delivery, invocationId: string): Promise<InvocationResult> {
    const lockToken = delivery.message.lockToken ?? '';
    deliveries.set(lockToken, delivery);
    try {
      const { input, triggerMetadata } = toInvocationData(delivery.message, options.dataType);
      const inputData = [{ name: options.bindingName, data: input }];
      return await options.invoke({ invocationId, functionId: functionName, inputData, triggerMetadata });
    } catch (error) {
      return { succeeded: false, error: error instanceof Error ? error : new Error(String(error)) };
    } finally {
      // A redelivery of the same message has another lock token, yet a lock that came back late must not lose its own entry.
      if (deliveries.get(lockToken) === delivery) deliveries.delete(lockToken);
    }
  }

  async function settleAfterInvocation(
    delivery: Delivery,
    result: InvocationResult,
  ): Promise<{ outcome: InvocationOutcome; error?: string }> {
    await delivery.idle();
    if (delivery.outcome) return { outcome: delivery.outcome };
    if (result.succeeded && !options.autoComplete) return { outcome: 'leftLocked' };
    const outcome = result.succeeded ? 'completed' : 'abandoned';
    try {
      await delivery.settle({ outcome });
      return { outcome };
    } catch (error) {
      const lost = (error as { code?: unknown }).code === 'MessageLockLost';
      return { outcome: lost ? 'lockLost' : 'settlementFailed', error: errorText(error) };
    }
  }

  return {
    async drain() {
      await subscription.close();
      while (running.size > 0) await Promise.allSettled(running);
    },
    stop() {
      renewal.stop();
    },
  };
}

/** Exhausted retries are an AggregateError without a message of its own. */
function errorText(error: unknown): string {
  const cause = error instanceof AggregateError ? error.errors.at(-1) : error;
  return cause instanceof Error ? cause.message : String(cause);
}
