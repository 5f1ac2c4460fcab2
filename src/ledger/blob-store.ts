import type { ContainerClient, RestError } from '@azure/storage-blob';
import type { Connection } from '../connection.ts';
import { Once } from '../once.ts';
import { openContainer } from './blob-container.ts';
import type { TextStore, WriteResult } from './text-store.ts';

const CONTAINER = 'cor-ledger';

export interface BlobStoreOptions {
  readonly container?: string;
  /** Deadline of one read or write, its retries included; it must end well before the message lock does. */
  readonly timeoutMs?: number;
}

function statusOf(error: unknown): number | undefined {
  return (error as Partial<RestError> | undefined)?.statusCode;
}

function codeOf(error: unknown): string | undefined {
  return (error as Partial<RestError> | undefined)?.code;
}

/** One upload under a deadline, guarded by the ETag. */
async function upload(
  container: ContainerClient,
  [name, text, etag, metadata]: Parameters<TextStore['write']>,
  timeoutMs: number,
): Promise<WriteResult> {
  try {
    const { etag: stored = '' } = await container
      .getBlockBlobClient(name)
      .upload(text, Buffer.byteLength(text), {
        abortSignal: AbortSignal.timeout(timeoutMs),
        conditions: etag === undefined ? { ifNoneMatch: '*' } : { ifMatch: etag },
        blobHTTPHeaders: { blobContentType: 'application/json' },
        ...(metadata && { metadata }),
      });
    return { kind: 'saved', etag: stored };
  } catch (error) {
    // 412: somebody saved in between. BlobAlreadyExists: somebody made the document that we thought was not
    // there.
    if (statusOf(error) === 412 || codeOf(error) === 'BlobAlreadyExists') return { kind: 'conflict' };
    throw error;
  }
}

/** Texts as blobs of container `cor-ledger`, which is made when the first is written. */
export function createBlobStore(connection: Connection, options: BlobStoreOptions = {}): TextStore {
  const timeoutMs = options.timeoutMs ?? 30_000;
  const opening = new Once(() => openContainer(connection, options.container ?? CONTAINER));
  const container = () => opening.get();

  return {
    async read(name) {
      const blob = (await container()).getBlockBlobClient(name);
      try {
        const reply = await blob.download(0, undefined, { abortSignal: AbortSignal.timeout(timeoutMs) });
        const chunks: Buffer[] = [];
        for await (const chunk of reply.readableStreamBody ?? []) chunks.push(Buffer.from(chunk));
        return { text: Buffer.concat(chunks).toString('utf8'), etag: reply.etag ?? '' };
      } catch (error) {
        if (statusOf(error) === 404) return undefined;
        throw error;
      }
    },

    async write(...content) {
      const found = await container();
      try {
        return await upload(found, content, timeoutMs);
      } catch (error) {
        if (codeOf(error) !== 'ContainerNotFound') throw error;
        await found.createIfNotExists({ abortSignal: AbortSignal.timeout(timeoutMs) });
        return upload(found, content, timeoutMs);
      }
    },

    async remove(name) {
      const blob = (await container()).getBlockBlobClient(name);
      try {
        await blob.delete({ abortSignal: AbortSignal.timeout(timeoutMs) });
      } catch (error) {
        if (statusOf(error) !== 404) throw error;
      }
    },

    async *list(prefix) {
      try {
        const blobs = (await container()).listBlobsFlat({ prefix, includeMetadata: true });
        for await (const { name, metadata } of blobs) yield { name, metadata: metadata ?? {} };
      } catch (error) {
        if (codeOf(error) !== 'ContainerNotFound') throw error;
      }
    },

    async check() {
      await (await container()).exists({ abortSignal: AbortSignal.timeout(timeoutMs) });
    },
  };
}
