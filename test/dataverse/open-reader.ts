import { onTestFinished } from 'vitest';
import { startLocalDataverse } from '../../local/dataverse/local-dataverse.ts';
import type { LocalDataverse, LocalDataverseOptions } from '../../local/dataverse/options.ts';
import { createReader, type DataverseReader } from '../../src/dataverse/reader.ts';
import { createWebApi, type WebApiOptions } from '../../src/dataverse/web-api.ts';

export interface OpenReader {
  readonly dataverse: LocalDataverse;
  readonly reader: DataverseReader;
}

/** A reader on a local Dataverse with the rows of the samples, both ended with the test. Pauses are short. */
export async function openReader(
  options: LocalDataverseOptions = {},
  api: Partial<WebApiOptions> = {},
): Promise<OpenReader> {
  const dataverse = await startLocalDataverse({ rows: 'samples', ...options });
  const reader = createReader(
    createWebApi({ origin: dataverse.url, tokens: async () => dataverse.token, firstPauseMs: 1, ...api }),
  );
  onTestFinished(async () => {
    await reader.close();
    await dataverse.close();
  });
  return { dataverse, reader };
}
