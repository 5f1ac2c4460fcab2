import type { Log } from '../log.ts';
import { endedWithin } from '../timeout.ts';
import type { OpenTelemetry } from './open-telemetry.ts';
import { readTelemetrySettings } from './settings.ts';
import { NO_TELEMETRY, type Telemetry } from './telemetry.ts';

/** Telemetry that goes nowhere until it is started, so that the parts that report can be wired before. */
export interface DeferredTelemetry extends Telemetry {
  /** Loads OpenTelemetry where the settings ask for it. True once telemetry is sent. Never rejects: nothing depends on telemetry. */
  start(): Promise<boolean>;
  /** Sends what is still here, for a bounded time. Never rejects. */
  close(): Promise<void>;
}

/** The host kills a worker that takes longer than five seconds to end; the connector's own connections are closed in that time too. */
const CLOSE_MS = 3_000;

/** `tell` takes the lines about telemetry itself: they must not depend on it. */
export function deferTelemetry(
  environment: Readonly<Record<string, string | undefined>>,
  tell: Log,
): DeferredTelemetry {
  let current: Telemetry = NO_TELEMETRY;
  let opened: OpenTelemetry | undefined;

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
    async close() {
      current = NO_TELEMETRY;
      if (!opened) return;
      await endedWithin(CLOSE_MS, opened.close());
    },
  };
}
