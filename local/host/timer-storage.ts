import { randomUUID } from 'node:crypto';
import { BlobServiceClient, type ContainerClient, type RestError } from '@azure/storage-blob';
import { endedWithin } from '../../src/timeout.ts';

/** When a timer last ran and when it runs next, as the host keeps it; UTC ISO 8601. */
export interface ScheduleStatus {
  readonly Last: string;
  readonly Next: string;
  readonly LastUpdated: string;
}

/** What the timers of one app share with the other instances of it: a lease for each, and when it ran. */
export interface TimerStorage {
  /** True while this instance may run the timer. Renews the lease that it has, or takes one that is free. */
  holdLease(timer: string): Promise<boolean>;
  releaseLease(timer: string): Promise<void>;
  read(timer: string): Promise<ScheduleStatus | undefined>;
  write(timer: string, status: ScheduleStatus): Promise<void>;
}

/** As on the real host: a lease of 15 s, so that another instance takes over soon after a crash. */
const LEASE_SECONDS = 15;
const RELEASE_MS = 1_000;

const CONTAINER = 'azure-webjobs-hosts';

/** Apps that share a storage account need different host ids, or their timers shut each other out. */
export function openTimerStorage(connectionString: string, hostId: string): TimerStorage {
  const container = BlobServiceClient.fromConnectionString(connectionString, {
    retryOptions: { maxTries: 2, tryTimeoutInMs: 5_000 },
  }).getContainerClient(CONTAINER);
  const leaseId = randomUUID();
  const lockOf = (timer: string) => container.getBlockBlobClient(`locks/${hostId}/${timer}.Listener`);
  const statusOf = (timer: string) => container.getBlockBlobClient(`timers/${hostId}/${timer}/status`);
  return {
    async holdLease(timer) {
      const blob = lockOf(timer);
      await createIfMissing(container, blob.name);
      try {
        await blob.getBlobLeaseClient(leaseId).acquireLease(LEASE_SECONDS);
        return true;
      } catch (error) {
        if ((error as RestError).statusCode === 409) return false;
        throw error;
      }
    },
    async releaseLease(timer) {
      await endedWithin(RELEASE_MS, lockOf(timer).getBlobLeaseClient(leaseId).releaseLease());
    },
    async read(timer) {
      try {
        return JSON.parse((await statusOf(timer).downloadToBuffer()).toString('utf8'));
      } catch (error) {
        if ((error as RestError).statusCode === 404) return undefined;
        throw error;
      }
    },
    async write(timer, status) {
      const json = JSON.stringify(status);
      await statusOf(timer).upload(json, Buffer.byteLength(json));
    },
  };
}

/** A lease needs a blob to stand on. */
async function createIfMissing(container: ContainerClient, name: string): Promise<void> {
  const blob = container.getBlockBlobClient(name);
  if (await blob.exists()) return;
  await container.createIfNotExists();
  try {
    await blob.upload('', 0, { conditions: { ifNoneMatch: '*' } });
  } catch (error) {
    // Another instance was first, or holds its lease already.
    if (![409, 412].includes((error as RestError).statusCode ?? 0)) throw error;
  }
}
