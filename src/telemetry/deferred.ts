import type { Log } from '../log.ts';
import { endedWithin } from '../timeout.ts';
import type { OpenTelemetry } from './open-telemetry.ts';
import { readTelemetrySettings } from './settings.ts';
import { NO_TELEMETRY, type Telemetry } from './telemetry.ts';

/** Telemetry that goes nowhere until it is started, so that the parts that report can be wired before. */
export interface DeferredTelemetry extends Telemetry {
  /**
   * Loads OpenTelemetry where the settings ask for it. True once telemetry is sent. Never rejects: nothing
   * depends on telemetry.
   */
  start(): Promise<boolean>;
  /** Sends what is here so far, when the process begins to end. Never rejects. */
  flush(): Promise<void>;
  /** Sends the rest, for a bounded time. Never rejects. */
  close(): Promise<void>;
}

/**
 * From the first flush or close on, both together: the host kills a worker five seconds after it told it to
 * end.
 */
const END_MS = 4_700;

/** `tell` takes the lines about telemetry itself: they must not depend on it. */
export function deferTelemetry(
  environment: Readonly<Record<string, string | undefined>>,
  tell: Log,
): DeferredTelemetry {
  let current: Telemetry = NO_TELEMETRY;
  let opened: OpenTelemetry | undefined;
  let endsAt: number | undefined;

  function timeLeft(): number {
    endsAt ??= performance.now() + END_MS;
    return Math.max(0, endsAt - performance.now());
  }

  return {
    message: (parent) => current.message(parent),
    corCall: (start) => current.corCall(start),
    log: (level, text, message) => current.log(level, text, message),
    async start() {
      const settings = readTelemetrySettings(environment);
      if (settings.kind === 'off') return false;
      if (settings.kind === 'unusable') {
        tell('warn', { evt: 'telemetry.off', reason: settings.problem });
        return false;
      }
      for (const reason of settings.warnings) tell('warn', { evt: 'telemetry.setting', reason });
      try {
        // Only here: without telemetry a cold start pays nothing for it.
        const { openTelemetry } = await import('./open-telemetry.ts');
        opened = openTelemetry(settings, tell);
        current = opened;
        return true;
      } catch (error) {
        tell('warn', {
          evt: 'telemetry.off',
          reason: error instanceof Error ? error.message : String(error),
        });
        return false;
      }
    },
    async flush() {
      if (opened) await endedWithin(timeLeft(), opened.flush());
    },
    async close() {
      current = NO_TELEMETRY;
      if (!opened) return;
      await endedWithin(timeLeft(), opened.close());
    },
  };
}
