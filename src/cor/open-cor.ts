import type { Settings } from '../settings.ts';
import type { CorClient } from './cor-client.ts';
import { type CorClientOptions, createCorClient } from './create-cor-client.ts';

/** The COR client that the settings describe: as many connections as calls may be in flight. */
export function openCor(
  settings: Settings['cor'],
  observers: Pick<CorClientOptions, 'onCall' | 'onOddLifetime' | 'startTrace'> = {},
): CorClient {
  const { baseUrl, tokenUrl, apiKey, clientSecret, source, timeoutMs, concurrency } = settings;
  const options = { baseUrl, tokenUrl, apiKey, clientSecret, source, timeoutMs, connections: concurrency };
  return createCorClient({ ...options, ...observers });
}
