import { randomUUID } from 'node:crypto';
import type { ServiceBusClient, ServiceBusReceivedMessage } from '@azure/service-bus';
import { endedWithin } from '../../src/timeout.ts';
import { createConcurrencyLimit } from './concurrency-limit.ts';
import type { InvocationRequest } from './core-types.ts';
import { createDelivery, type Delivery } from './delivery.ts';
import type { HostConfig } from './host-config.ts';
import type { InvocationEvent, InvocationOutcome } from './host-events.ts';
import type { InvocationResult } from './invocation.ts';
import { createLockRenewal } from './lock-renewal.ts';
import { openTrace, type RpcTraceContext } from './trace-context.ts';
import { toInvocationData } from './trigger-metadata.ts';
import type { QueueTrigger } from './triggers.ts';

const CLOSE_MS = 2000;

export interface ListenerOptions {
  readonly trigger: QueueTrigger;
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

/**
 * Receives under peek-lock, invokes the function once for each message, and settles what the function left
 * unsettled.
 */
export function startListener(options: ListenerOptions): Listener {
  const { config, deliveries } = options;
  const { functionName, queueName, subscriptionName, autoComplete, ...trigger } = options.trigger;
  const receiverOptions = {
    maxAutoLockRenewalDurationInMs: 0,
    skipParsingBodyAsJson: true,
    skipConvertingDate: true,
  };
  const receiver =
    subscriptionName === undefined
      ? options.client.createReceiver(queueName, receiverOptions)
      : options.client.createReceiver(queueName, subscriptionName, receiverOptions);
  const renewal = createLockRenewal(config.maxAutoLockRenewalDurationMs, (delivery, error) =>
    options.onError(`Lock renewal of message ${delivery.message.messageId} failed: ${errorText(error)}`),
  );
  // After a lost connection the SDK grants its credit anew while the old handlers still run: credit alone is
  // no limit.
  const limit = createConcurrencyLimit(config.maxConcurrentCalls);
  const running = new Set<Promise<void>>();

  const subscription = receiver.subscribe(
    {
      async processMessage(message) {
        const work = limit.run(() => dispatch(message));
        running.add(work);
        await work.finally(() => running.delete(work));
      },
      async processError({ error, errorSource }) {
        options.onError(`Receiving from ${queueName} failed (${errorSource}): ${errorText(error)}`);
      },
    },
    { autoCompleteMessages: false, maxConcurrentCalls: config.maxConcurrentCalls + config.prefetchCount },
  );

  async function dispatch(message: ServiceBusReceivedMessage): Promise<void> {
    const started = performance.now();
    const invocationId = randomUUID();
    const traceContext = openTrace(message.applicationProperties?.['Diagnostic-Id']);
    const delivery = createDelivery(receiver, message);
    renewal.keep(delivery);
    const result = await runInvocation(delivery, invocationId, traceContext);
    renewal.release(delivery);
    const { outcome, error } = await settleAfterInvocation(delivery, result);
    if (error) options.onError(`Message ${message.messageId} was not settled: ${error}`);
    options.onInvocation({
      functionName,
      invocationId,
      outcome,
      durationMs: performance.now() - started,
      traceParent: traceContext.traceParent,
      ...(message.messageId !== undefined && { messageId: String(message.messageId) }),
      ...(message.sequenceNumber && { sequenceNumber: message.sequenceNumber.toNumber() }),
      deliveryCount: (message.deliveryCount ?? 0) + 1,
      ...(!result.succeeded && { error: result.error }),
    });
  }

  async function runInvocation(
    delivery: Delivery,
    invocationId: string,
    traceContext: RpcTraceContext,
  ): Promise<InvocationResult> {
    const lockToken = delivery.message.lockToken ?? '';
    deliveries.set(lockToken, delivery);
    try {
      const { input, triggerMetadata } = toInvocationData(delivery.message, trigger.dataType);
      const inputData = [{ name: trigger.bindingName, data: input }];
      return await options.invoke({
        invocationId,
        functionId: functionName,
        inputData,
        triggerMetadata,
        traceContext,
      });
    } catch (error) {
      return { succeeded: false, error: errorText(error) };
    } finally {
      deliveries.delete(lockToken);
    }
  }

  async function settleAfterInvocation(
    delivery: Delivery,
    result: InvocationResult,
  ): Promise<{ outcome: InvocationOutcome; error?: string }> {
    await delivery.idle();
    if (delivery.outcome) return { outcome: delivery.outcome };
    if (result.succeeded && !autoComplete) return { outcome: 'leftLocked' };
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
      // It waits for an answer to its last flow frame, which a lost connection never brings.
      await endedWithin(CLOSE_MS, subscription.close());
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
