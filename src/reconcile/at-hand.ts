import { openLedger } from '../ledger/open-ledger.ts';
import { storageFailure } from '../ledger/storage-failure.ts';
import type { Settings } from '../settings.ts';
import { claimTable } from './ledger-tables.ts';
import { isRunId, StoredReports } from './stored-reports.ts';

/** Says at the start of the app whose ledger it is. It does not reject: a run says it again. */
export async function claimLedger({ ledger, mapping }: Pick<Settings, 'ledger' | 'mapping'>): Promise<void> {
  await claimTable(openLedger(ledger).documents, mapping.table).catch(() => undefined);
}

/** An answer of `GET /api/reconcile`: the newest 30 runs, or with `?run=ID` one with its rows. */
interface Answer {
  readonly status: number;
  readonly jsonBody: object;
}

const MAX_LISTED = 30;

export async function readReports(
  { ledger }: Pick<Settings, 'ledger'>,
  run: string | undefined,
): Promise<Answer> {
  const reports = new StoredReports(openLedger(ledger).documents);
  try {
    if (run === undefined)
      return {
        status: 200,
        jsonBody: {
          runs: (await reports.runs()).slice(0, MAX_LISTED),
          latest: (await reports.latest()) ?? null,
        },
      };
    const report = isRunId(run) ? await reports.read(run) : undefined;
    return report
      ? { status: 200, jsonBody: report }
      : { status: 404, jsonBody: { error: 'There is no report of such a run. They are kept for 30 days.' } };
  } catch (error) {
    return { status: 503, jsonBody: { error: storageFailure(error, () => {}).description } };
  }
}
