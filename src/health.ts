import type { Connector } from './connector.ts';
import { storageFailure } from './ledger/storage-failure.ts';
import type { Log } from './log.ts';
import { createQueueProbe, type QueueProbe } from './messaging/queue-probe.ts';
import { serviceBusFailure } from './messaging/service-bus-failure.ts';
import type { Settings } from './settings.ts';
import { withTimeout } from './timeout.ts';

interface Check {
  readonly name: 'settings' | 'cor' | 'storage' | 'queue' | 'dataverse';
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
    return serviceBusFailure(error).text;
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

/** For the breaker: this probe is about nobody. */
const NOBODY = '';

/**
 * While calls are paused COR is not well, whatever the cached token says. Of refused credentials a token
 * request tells whether they are mended, as often as the breaker lets a probe out and no more; everything
 * else the next message finds out.
 */
async function checkCor({ cor, breaker }: Connector): Promise<Problem> {
  const { lastFailure } = breaker;
  if (breaker.state === 'closed') {
    const failure = await cor.checkCredentials();
    // Told to the breaker, so that whoever asks for health does not cause a token request every time.
    if (!failure) return undefined;
    const permit = breaker.tryCall(NOBODY);
    if (permit.allowed) permit.report({ kind: 'failed', failure });
    return failure.description;
  }
  if (lastFailure?.class === 'auth' && lastFailure.opensAfter === 'oneCall') {
    const permit = breaker.tryCall(NOBODY);
    if (permit.allowed) {
      const failure = await cor.checkCredentials();
      permit.report(failure ? { kind: 'failed', failure } : { kind: 'succeeded' });
      return failure?.description;
    }
  }
  return `No calls are made: ${breaker.reason}. Last error: ${lastFailure?.description}`;
}

export interface Health {
  /** Answers are reused for 10 s. Never rejects. */
  report(): Promise<HealthReport>;
  close(): Promise<void>;
}

async function look(connector: Connector, probe: QueueProbe, log: Log): Promise<HealthReport> {
  const { lookUps } = connector;
  const checks = await Promise.all([
    timed('settings', async () => undefined),
    timed('cor', () => checkCor(connector)),
    timed('storage', () =>
      connector.ledger.check().then(
        () => undefined,
        (error: unknown) => storageFailure(error, log).description,
      ),
    ),
    timed('queue', () => probe.check()),
    ...(lookUps ? [timed('dataverse', async () => (await lookUps.get()).check())] : []),
  ]);
  const failed = checks.filter(({ status }) => status === 'failed');
  const pause = connector.breaker.reason;
  if (failed.length > 0)
    log('warn', { evt: 'health.degraded', reason: failed.map(({ name }) => name).join(', ') });
  return { status: failed.length === 0 ? 'ok' : 'degraded', ...(pause !== undefined && { pause }), checks };
}

/**
 * Checks what the connector needs: credentials of COR, ledger storage, queue (in topic form the
 * subscription), and Dataverse where it is read. The settings were checked when the app was loaded: without
 * good ones there is nothing that could answer here.
 */
export function createHealth(
  settings: Settings,
  connector: Connector,
  log: Log,
  freshMs: number = FRESH_MS,
): Health {
  const probe = createQueueProbe(settings);
  let latest: { at: number; report: Promise<HealthReport> } | undefined;
  return {
    report() {
      if (!latest || Date.now() - latest.at >= freshMs)
        latest = { at: Date.now(), report: look(connector, probe, log) };
      return latest.report;
    },
    close: () => probe.close(),
  };
}
