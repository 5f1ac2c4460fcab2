import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';

export type CommandLineForm = 'both' | 'functions-uri' | 'host-and-port';

/** .NET's int.MaxValue, the real host's limit. */
const MAX_MESSAGE_LENGTH = 2_147_483_647;

/** What the real host starts its Node worker with (Azure/azure-functions-host, RpcWorkerContext.cs). */
export function workerCommandLine(port: number, form: CommandLineForm = 'both'): string[] {
  const workerId = randomUUID();
  const requestId = randomUUID();
  const older = [
    ...['--host', '127.0.0.1', '--port', String(port), '--workerId', workerId, '--requestId', requestId],
    ...['--grpcMaxMessageLength', String(MAX_MESSAGE_LENGTH)],
  ];
  const newer = [
    ...['--functions-uri', `http://127.0.0.1:${port}/`, '--functions-worker-id', workerId],
    ...['--functions-request-id', requestId],
    ...['--functions-grpc-max-message-length', String(MAX_MESSAGE_LENGTH)],
  ];
  return [
    process.execPath,
    fileURLToPath(new URL('worker.ts', import.meta.url)),
    ...(form === 'functions-uri' ? [] : older),
    ...(form === 'host-and-port' ? [] : newer),
  ];
}
