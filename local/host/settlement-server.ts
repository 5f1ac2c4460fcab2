import { fileURLToPath } from 'node:url';
import {
  loadPackageDefinition,
  Server,
  ServerCredentials,
  type ServiceClientConstructor,
  type ServiceError,
  status,
  type UntypedHandleCall,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import type { Delivery, Disposition } from './delivery.ts';

/**
 * What a faulty settlement does: `unimplemented` as right after a host start (azure-functions-host issue
 * 10251), `failedPrecondition` as for an unknown lock token, `unknown` as for an error of the SDK, `hang`
 * never answers, `replyLost` settles the message and then fails.
 */
export type SettlementFault = 'unimplemented' | 'failedPrecondition' | 'unknown' | 'hang' | 'replyLost';

export interface SettlementServer {
  readonly port: number;
  /** The next `times` settlements fail this way; replaces an earlier order. */
  fail(fault: SettlementFault, times: number): void;
  stop(): void;
}

/**
 * The longest reason and description, in UTF-16 units (.NET SDK, ServiceBusReceiver.DeadLetterMessageAsync).
 */
const MAX_DEAD_LETTER_TEXT = 4096;

interface SettlementRequest {
  readonly locktoken: string;
  readonly propertiesToModify?: Buffer;
  readonly deadletterReason?: { readonly value: string } | null;
  readonly deadletterErrorDescription?: { readonly value: string } | null;
}

/**
 * Serves the Functions host's gRPC service `Settlement` on loopback
 * (Azure/azure-sdk-for-net, Microsoft.Azure.WebJobs.Extensions.ServiceBus/src/Grpc/SettlementService.cs).
 */
export async function startSettlementServer(
  deliveries: ReadonlyMap<string, Delivery>,
): Promise<SettlementServer> {
  let order: { readonly fault: SettlementFault; times: number } | undefined;
  const unlimited = { 'grpc.max_receive_message_length': -1, 'grpc.max_send_message_length': -1 };
  const server = new Server(unlimited);

  const unary =
    (act: (delivery: Delivery, request: SettlementRequest) => Promise<void>): UntypedHandleCall =>
    (
      call: { request: SettlementRequest },
      reply: (error: Partial<ServiceError> | null, value?: object) => void,
    ) => {
      const fault = nextFault();
      if (fault === 'hang') return;
      if (fault === 'unimplemented')
        return reply({ code: status.UNIMPLEMENTED, details: 'Service is unimplemented.' });
      const { locktoken } = call.request;
      const delivery = fault === 'failedPrecondition' ? undefined : deliveries.get(locktoken);
      if (!delivery) {
        return reply({ code: status.FAILED_PRECONDITION, details: `LockToken ${locktoken} not found.` });
      }
      const unknown = (error: unknown) => reply({ code: status.UNKNOWN, details: String(error) });
      if (fault === 'unknown')
        return unknown('Azure.Messaging.ServiceBus.ServiceBusException: injected fault');
      if (call.request.propertiesToModify?.length) {
        return unknown('propertiesToModify is not read by this stand-in: leave it empty');
      }
      act(delivery, call.request).then(
        () => (fault === 'replyLost' ? unknown('injected fault after the settlement') : reply(null, {})),
        unknown,
      );
    };

  server.addService(settlementService(), {
    Complete: unary((delivery) => delivery.settle({ outcome: 'completed' })),
    Abandon: unary((delivery) => delivery.settle({ outcome: 'abandoned' })),
    Defer: unary((delivery) => delivery.settle({ outcome: 'deferred' })),
    Deadletter: unary(async (delivery, request) => delivery.settle(deadLetterDisposition(request))),
    RenewMessageLock: unary((delivery) => delivery.renewLock()),
  });

  function nextFault(): SettlementFault | undefined {
    if (!order || order.times === 0) return undefined;
    order.times--;
    return order.fault;
  }

  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, boundPort) =>
      error ? reject(error) : resolve(boundPort),
    );
  });
  return {
    port,
    fail(fault, times) {
      order = { fault, times };
    },
    stop: () => server.forceShutdown(),
  };
}

function settlementService() {
  const proto = fileURLToPath(new URL('settlement.proto', import.meta.url));
  const loaded = loadPackageDefinition(loadSync(proto, { keepCase: true }));
  return (loaded.Settlement as ServiceClientConstructor).service;
}

function deadLetterDisposition(request: SettlementRequest): Disposition {
  const reason = request.deadletterReason?.value;
  const description = request.deadletterErrorDescription?.value;
  for (const text of [reason, description]) {
    if (text !== undefined && text.length > MAX_DEAD_LETTER_TEXT) {
      throw new RangeError(
        `The argument is ${text.length} characters long; at most ${MAX_DEAD_LETTER_TEXT} are allowed`,
      );
    }
  }
  return {
    outcome: 'deadLettered',
    ...(reason !== undefined && { reason }),
    ...(description !== undefined && { description }),
  };
}
