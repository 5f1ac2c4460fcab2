import { openReader } from '../dataverse/open-reader.ts';
import type { OpenedLedger } from '../ledger/open-ledger.ts';
import { planningDay } from '../ledger/today.ts';
import { createServiceBusRetryQueue } from '../messaging/service-bus-retry-queue.ts';
import { type Settings, SettingsError } from '../settings.ts';
import type { RunProgress, RunWorld } from './run.ts';
import { waitingChanges } from './waiting.ts';

export interface RunIn {
  readonly signal?: AbortSignal;
  readonly progress?: RunProgress;
}

/**
 * Connects what a run needs, lets `use` work, and disconnects. Throws `SettingsError` where no environment is
 * named.
 */
export async function withRunWorld<Result>(
  settings: Settings,
  { ledger, documents }: Pick<OpenedLedger, 'ledger' | 'documents'>,
  { signal, progress }: RunIn,
  use: (world: RunWorld) => Promise<Result>,
): Promise<Result> {
  if (!settings.dataverse)
    throw new SettingsError(
      'DATAVERSE_URL: is needed for a comparison, such as https://contoso.crm.dynamics.com',
    );
  const reader = openReader(settings.dataverse, { connections: 4, ...(signal && { signal }) });
  const queue = createServiceBusRetryQueue(settings.serviceBus, settings.source.queue);
  try {
    return await use({
      reader,
      ledger,
      documents,
      queue,
      waiting: () => waitingChanges(settings, signal),
      mapping: settings.mapping,
      organization: settings.organization,
      now: Date.now,
      today: () => planningDay(settings, Date.now()),
      ...(signal && { signal }),
      ...(progress && { progress }),
    });
  } finally {
    await Promise.allSettled([reader.close(), queue.close()]);
  }
}
