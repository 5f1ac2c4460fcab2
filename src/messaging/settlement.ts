import type { Client } from '@grpc/grpc-js';
import { Once } from '../once.ts';
import { settlementAddress } from './settlement-address.ts';
import { encodeDeadletterRequest, MAX_DEAD_LETTER_TEXT, truncateText } from './settlement-request.ts';

/** Settles a message that the trigger handed over, while its invocation runs. */
export interface Settlement {
  /**
   * Moves the message to the dead-letter queue. Longer texts than Service Bus takes (4096 UTF-16 units each)
   * are cut. Rejects when the host did not confirm: whether the message moved is then unknown. Never call it
   * again for that delivery; throw instead, so that the host abandons the message and it comes back if it did
   * not move.
   */
  deadLetter(lockToken: string, reason: string, description: string): Promise<void>;
}

/** The host did not confirm a settlement: whether the message moved is unknown. */
class SettlementError extends Error {
  override readonly name = 'SettlementError';
}

export interface SettlementOptions {
  /** The worker's command line. Default: `process.argv`, read when the first message is settled. */
  readonly argv?: readonly string[];
  /** Longest wait for the host's answer, milliseconds. */
  readonly deadlineMs?: number;
}

/** Well below any lock time, and long enough for the host's own round trip to Service Bus. */
const DEFAULT_DEADLINE_MS = 10_000;

const DEADLETTER_METHOD = '/Settlement/Deadletter';

/**
 * The gRPC service `Settlement` of the Functions host (Azure/azure-sdk-for-net,
 * Microsoft.Azure.WebJobs.Extensions.ServiceBus/src/Grpc/SettlementService.cs). It settles on the host's own
 * receiver.
 */
export function createSettlement(options: SettlementOptions = {}): Settlement {
  const deadlineMs = options.deadlineMs ?? DEFAULT_DEADLINE_MS;
  const channel = new Once(() => openChannel(options.argv ?? process.argv));

  return {
    async deadLetter(lockToken, reason, description) {
      const { client, statusName } = await channel.get();
      const request = encodeDeadletterRequest(
        lockToken,
        truncateText(reason, MAX_DEAD_LETTER_TEXT),
        truncateText(description, MAX_DEAD_LETTER_TEXT),
      );
      await new Promise<void>((resolve, reject) => {
        client.makeUnaryRequest(
          DEADLETTER_METHOD,
          (bytes: Buffer) => bytes,
          () => undefined,
          request,
          { deadline: Date.now() + deadlineMs },
          (error) => {
            if (!error) resolve();
            else {
              const why = `${statusName(error.code)}: ${truncateText(error.details, 300)}`;
              reject(
                new SettlementError(`The Functions host did not dead-letter the message (${why})`, {
                  cause: error,
                }),
              );
            }
          },
        );
      });
    },
  };
}

interface GrpcChannel {
  readonly client: Client;
  statusName(code: number): string;
}

async function openChannel(argv: readonly string[]): Promise<GrpcChannel> {
  const { host, maxMessageLength } = settlementAddress(argv);
  // Loaded here, not at the top: most messages are never dead-lettered, and a cold start should not pay for
  // gRPC.
  const { Client, credentials, status } = await import('@grpc/grpc-js');
  const client = new Client(host, credentials.createInsecure(), {
    'grpc.max_send_message_length': maxMessageLength,
    'grpc.max_receive_message_length': maxMessageLength,
    // A settlement whose answer got lost may have happened: the second try could only fail, and hide that.
    'grpc.enable_retries': 0,
    // An http_proxy variable must not take loopback traffic elsewhere.
    'grpc.enable_http_proxy': 0,
  });
  return { client, statusName: (code) => status[code] ?? String(code) };
}
