import { parseArgs } from 'node:util';
import { isLoopback } from '../http/endpoint.ts';

export interface SettlementAddress {
  /** `host:port` of the Functions host's gRPC channel. */
  readonly host: string;
  /** Bytes; -1 is gRPC's word for no limit. */
  readonly maxMessageLength: number;
}

/**
 * Where the Functions host listens, from the command line it gave to this worker: `--functions-uri`, or the
 * older `--host` with `--port` (Azure/azure-functions-host, RpcWorkerContext.cs). Throws when neither is
 * there, or when it names another machine: the channel has no encryption and no credentials.
 */
export function settlementAddress(argv: readonly string[]): SettlementAddress {
  const { values } = parseArgs({
    args: [...argv],
    strict: false,
    allowPositionals: true,
    options: {
      'functions-uri': { type: 'string' },
      host: { type: 'string' },
      port: { type: 'string' },
      'functions-grpc-max-message-length': { type: 'string' },
      grpcMaxMessageLength: { type: 'string' },
    },
  });
  const older = values.host && values.port ? `http://${values.host}:${values.port}` : undefined;
  const address = values['functions-uri'] ?? older;
  if (typeof address !== 'string') {
    throw new Error(
      'Messages can be settled only inside the Azure Functions worker: its command line has neither --functions-uri nor --host and --port',
    );
  }
  const url = URL.parse(address);
  if (!url?.port || !isLoopback(url.hostname)) {
    throw new Error(`The Functions host's address must be a loopback address with a port, got "${address}"`);
  }
  const limit = Number(values['functions-grpc-max-message-length'] ?? values.grpcMaxMessageLength);
  return { host: url.host, maxMessageLength: Number.isSafeInteger(limit) && limit > 0 ? limit : -1 };
}
