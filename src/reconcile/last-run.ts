import type { NamedDocuments } from '../ledger/named-documents.ts';
import { withTimeout } from '../timeout.ts';
import type { Report } from './report.ts';
import { StoredReports } from './stored-reports.ts';

/** The newest comparison that came to its end, without its rows. */
type LastRun = Omit<Report, 'schema' | 'named'>;

const WITHIN_MS = 5_000;

async function read(documents: NamedDocuments): Promise<LastRun | undefined> {
  const latest = await new StoredReports(documents).latest();
  if (!latest) return undefined;
  const { schema: _, named: __, ...rest } = latest;
  return rest;
}

/**
 * `undefined`: there was none within 30 days, or the storage does not say, which is for the check of the
 * storage to tell.
 */
export function readLastRun(documents: NamedDocuments): Promise<LastRun | undefined> {
  const found = read(documents).catch(() => undefined);
  return withTimeout(WITHIN_MS, found, () => undefined);
}
