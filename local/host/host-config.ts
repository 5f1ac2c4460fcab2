import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { LogLevel } from './core-types.ts';
import type { LogLevels } from './log-filter.ts';
import { readJson } from './read-json.ts';

/** The settings of host.json that this stand-in honours, durations in milliseconds. */
export interface HostConfig {
  /** Longest run of one invocation; `undefined`: no limit. */
  readonly functionTimeoutMs: number | undefined;
  readonly routePrefix: string;
  readonly logLevels: LogLevels;
  readonly serviceBus: {
    readonly maxConcurrentCalls: number;
    readonly prefetchCount: number;
    readonly maxAutoLockRenewalDurationMs: number;
    readonly autoCompleteMessages: boolean;
  };
}

/** .NET's TimeSpan text: `[d.]hh:mm:ss[.fraction]`. */
const TIME_SPAN = /^(?:(\d+)\.)?(\d{1,2}):(\d{2}):(\d{2}(?:\.\d{1,7})?)$/;

function parseTimeSpan(text: string, context: z.RefinementCtx): number {
  const parts = TIME_SPAN.exec(text);
  if (!parts) {
    context.addIssue({ code: 'custom', message: `expected a time span such as "00:05:00", got "${text}"` });
    return z.NEVER;
  }
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = parts.slice(1).map((part) => Number(part ?? 0));
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
}

const duration = z.string().transform(parseTimeSpan);
const durationOrNone = z
  .string()
  .transform((text, context) => (text === '-1' ? undefined : parseTimeSpan(text, context)));

const logLevel = z
  .enum(['Trace', 'Debug', 'Information', 'Warning', 'Error', 'Critical', 'None'])
  .transform((level) => level.toLowerCase() as LogLevel);

// Defaults: Azure Functions docs, host.json reference and Service Bus bindings.
const hostJson = z.object({
  version: z.literal('2.0'),
  functionTimeout: durationOrNone.prefault('00:30:00'),
  logging: z.object({ logLevel: z.record(z.string(), logLevel).default({}) }).prefault({}),
  extensions: z
    .object({
      http: z.object({ routePrefix: z.string().default('api') }).prefault({}),
      serviceBus: z
        .object({
          maxConcurrentCalls: z
            .int()
            .positive()
            .default(16 * availableParallelism()),
          prefetchCount: z.int().nonnegative().default(0),
          maxAutoLockRenewalDuration: duration.default(5 * 60_000),
          autoCompleteMessages: z.boolean().default(true),
        })
        .prefault({}),
    })
    .prefault({}),
});

export function readHostConfig(appDirectory: string): HostConfig {
  const path = join(appDirectory, 'host.json');
  const parsed = hostJson.safeParse(readJson(path));
  if (!parsed.success) throw new Error(`${path}: ${z.prettifyError(parsed.error)}`);
  const { functionTimeout, extensions, logging } = parsed.data;
  const { maxAutoLockRenewalDuration, ...serviceBus } = extensions.serviceBus;
  return {
    functionTimeoutMs: functionTimeout,
    routePrefix: extensions.http.routePrefix,
    logLevels: logging.logLevel,
    serviceBus: { ...serviceBus, maxAutoLockRenewalDurationMs: maxAutoLockRenewalDuration },
  };
}
