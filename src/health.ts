import type { Connector } from './connector.ts';
import { CREDENTIALS_REFUSED } from './cor/circuit-breaker.ts';
import { storageFailure } from './ledger/storage-failure.ts';
import type { Log } from './log.ts';
import { openServiceBus } from './messaging/service-bus-connection.ts';
import type { Settings } from './settings.ts';
import { withTimeout } from './timeout.ts';

interface Check {
  readonly name: 'settings' | 'cor' | 'storage' | 'queue';
  readonly status: 'ok' | 'failed';
  readonly durationMs: number;
  /** What is wrong, for an operator: no secret, no personal data. */
  readonly error?: string;
}

export interface HealthReport {
  readonly status: 'ok' | 'degraded';
  /** Why no COR calls are made at the moment, if so. */
  readonly pause?: string;
  readonly checks: readonly Check[];
}

/** A caller who asks often must not become load on COR, the storage or the queue. */
const FRESH_MS = 10_000;
const CHECK_TIMEOUT_MS = 10_000;

type Problem = string | undefined;

async function bounded(check: () => Promise<Problem>): Promise<Problem> {
  try {
    return await withTimeout(
      CHECK_TIMEOUT_MS,
      check(),
      () => `No answer within ${CHECK_TIMEOUT_MS / 1_000} s.`,
    );
  } catch (error) {
    const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown };
    return `Failed with ${String(code ?? name ?? 'an error')}.`;
  }
}

async function timed(name: Check['name'], check: () => Promise<Problem>): Promise<Check> {
  const started = performance.now();
  const error = await bounded(check);
  const durationMs = Math.round(performance.now() - started);
  return error === undefined
    ? { name, status: 'ok', durationMs }
    : { name, status: 'failed', durationMs, error };
}

/** COR may hand out a token and still refuse every call that carries it. */
async function checkCor({ cor, pauseReason }: Connector): Promise<Problem> {
  const failure = await cor.checkCredentials();
  if (failure) return failure.description;
  if (pauseReason() !== CREDENTIALS_REFUSED) return undefined;
  return 'COR gives a token and refuses the calls. Check the rights of the COR user that COR_API_KEY belongs to.';
}

async function checkQueue({ serviceBus, source }: Settings): Promise<Problem> {
  const client = await openServiceBus(serviceBus);
  try {
    await client.createReceiver(source.queue).peekMessages(1);
    return undefined;
  } finally {
    await client.close();
  }
}

/**
 * Checks what the connector needs: credentials of COR, ledger storage, queue. Answers are reused for 10 s. The settings were checked
 * when the app was loaded: without good ones there is nothing that could answer here.
 */
export function createHealth(
  settings: Settings,
  connector: Connector,
  log: Log,
): () => Promise<HealthReport> {
  const { ledger, pauseReason } = connector;
  let latest: { at: number; report: Promise<HealthReport> } | undefined;

  async function report(): Promise<HealthReport> {
    const checks = await Promise.all([
      timed('settings', async () => undefined),
      timed('cor', () => checkCor(connector)),
      timed('storage', () =>
        ledger.check().then(
          () => undefined,
          (error: unknown) => storageFailure(error, log).description,
        ),
      ),
      timed('queue', () => checkQueue(settings)),
    ]);
    const failed = checks.filter(({ status }) => status === 'failed');
    const pause = pauseReason();
    if (failed.length > 0)
      log('warn', { evt: 'health.degraded', reason: failed.map(({ name }) => name).join(', ') });
    return { status: failed.length === 0 ? 'ok' : 'degraded', ...(pause !== undefined && { pause }), checks };
  }

  return () => {
    if (!latest || Date.now() - latest.at > FRESH_MS) latest = { at: Date.now(), report: report() };
    return latest.report;
  };
}
