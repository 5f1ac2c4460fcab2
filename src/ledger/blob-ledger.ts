import type { ContainerClient, RestError } from '@azure/storage-blob';
import type { Connection } from '../connection.ts';
import { SettingsError } from '../settings.ts';
import { emptyDocument, type LedgerDocument } from './document.ts';
import type { Ledger } from './ledger.ts';
import { parseDocument } from './parse-document.ts';
import { utcToday } from './today.ts';

const CONTAINER = 'cor-ledger';
const FOLDER = 'users/';
const NO_CONNECTION_STRING =
  'LedgerStorage (or AzureWebJobsStorage) should be a connection string such as DefaultEndpointsProtocol=https;AccountName=<name>;AccountKey=<key>;EndpointSuffix=core.windows.net';

/** One operation of the ledger, for counting: its name and its milliseconds. */
type BlobOperationListener = (operation: 'load' | 'save' | 'list', durationMs: number) => void;

export interface BlobLedgerOptions {
  readonly container?: string;
  /** Deadline of one load or save, its retries included; it must end well before the message lock does. */
  readonly timeoutMs?: number;
  readonly onOperation?: BlobOperationListener;
}

function statusOf(error: unknown): number | undefined {
  return (error as Partial<RestError> | undefined)?.statusCode;
}

function codeOf(error: unknown): string | undefined {
  return (error as Partial<RestError> | undefined)?.code;
}

function blobName(user: string): string {
  return `${FOLDER}${encodeURIComponent(user)}.json`;
}

function userOf(name: string): string | undefined {
  if (!name.startsWith(FOLDER) || !name.endsWith('.json')) return undefined;
  try {
    return decodeURIComponent(name.slice(FOLDER.length, -'.json'.length));
  } catch {
    return undefined;
  }
}

async function openContainer(connection: Connection, name: string): Promise<ContainerClient> {
  const { BlobServiceClient } = await import('@azure/storage-blob');
  // Few, quick tries of the SDK's own: what still fails is retried by the queue, with growing delays.
  const options = {
    retryOptions: { maxTries: 3, retryDelayInMs: 100, maxRetryDelayInMs: 1_000, tryTimeoutInMs: 10_000 },
  };
  if ('connectionString' in connection) {
    try {
      return BlobServiceClient.fromConnectionString(connection.connectionString, options).getContainerClient(
        name,
      );
    } catch (cause) {
      throw new SettingsError(NO_CONNECTION_STRING, { cause });
    }
  }
  const { credentialFor } = await import('../credential.ts');
  return new BlobServiceClient(
    connection.address,
    await credentialFor(connection.clientId),
    options,
  ).getContainerClient(name);
}

/** The ledger in Azure Blob Storage: `users/<percent-encoded id>.json` in container `cor-ledger`, guarded by ETags. */
export function createBlobLedger(connection: Connection, options: BlobLedgerOptions = {}): Ledger {
  const timeoutMs = options.timeoutMs ?? 30_000;
  let opening: Promise<ContainerClient> | undefined;

  async function container(): Promise<ContainerClient> {
    opening ??= openContainer(connection, options.container ?? CONTAINER).catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    return opening;
  }

  async function timed<T>(
    operation: Parameters<BlobOperationListener>[0],
    work: () => Promise<T>,
  ): Promise<T> {
    if (!options.onOperation) return work();
    const started = performance.now();
    try {
      return await work();
    } finally {
      options.onOperation(operation, performance.now() - started);
    }
  }

  async function upload(document: LedgerDocument, etag: string | undefined): Promise<'saved' | 'conflict'> {
    const json = JSON.stringify(document);
    const blob = (await container()).getBlockBlobClient(blobName(document.user));
    try {
      await blob.upload(json, Buffer.byteLength(json), {
        abortSignal: AbortSignal.timeout(timeoutMs),
        conditions: etag === undefined ? { ifNoneMatch: '*' } : { ifMatch: etag },
        blobHTTPHeaders: { blobContentType: 'application/json' },
      });
      return 'saved';
    } catch (error) {
      // 412: somebody saved in between. BlobAlreadyExists: somebody made the document that we thought was not there.
      if (statusOf(error) === 412 || codeOf(error) === 'BlobAlreadyExists') return 'conflict';
      throw error;
    }
  }

  return {
    async load(user) {
      return timed('load', async () => {
        const blob = (await container()).getBlockBlobClient(blobName(user));
        try {
          const reply = await blob.download(0, undefined, { abortSignal: AbortSignal.timeout(timeoutMs) });
          const chunks: Buffer[] = [];
          for await (const chunk of reply.readableStreamBody ?? []) chunks.push(Buffer.from(chunk));
          return {
            document: parseDocument(Buffer.concat(chunks).toString('utf8'), user, blob.name, utcToday()),
            etag: reply.etag,
          };
        } catch (error) {
          if (statusOf(error) === 404) return { document: emptyDocument(user), etag: undefined };
          throw error;
        }
      });
    },

    async save(document, etag) {
      return timed('save', async () => {
        try {
          return await upload(document, etag);
        } catch (error) {
          if (codeOf(error) !== 'ContainerNotFound') throw error;
          await (await container()).createIfNotExists({ abortSignal: AbortSignal.timeout(timeoutMs) });
          return upload(document, etag);
        }
      });
    },

    async *users() {
      try {
        for await (const blob of (await container()).listBlobsFlat({ prefix: FOLDER })) {
          const user = userOf(blob.name);
          if (user !== undefined) yield user;
        }
      } catch (error) {
        if (codeOf(error) !== 'ContainerNotFound') throw error;
      }
    },

    async check() {
      await (await container()).exists({ abortSignal: AbortSignal.timeout(timeoutMs) });
    },
  };
}
