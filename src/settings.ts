import type { z } from 'zod';
import type { Connection } from './connection.ts';
import { sourceWarning } from './cor/sources.ts';
import { type DataverseSettings, readDataverseSettings } from './dataverse/dataverse-settings.ts';
import { loadMapping, type Mapping, needsDataverse } from './dynamics/mapping.ts';
import { isLoopback } from './http/endpoint.ts';
import { SettingsError } from './settings-error.ts';
import { type Problems, settingsError } from './settings-problems.ts';
import { ledgerSchema, queueSchema, settingsSchema } from './settings-schema.ts';
import { ledgerConnection, messageSource, type Source, serviceBusConnection } from './settings-services.ts';

export interface Settings {
  /** Absent: the connector only hears. */
  readonly dataverse?: DataverseSettings;
  /**
   * When all rows are compared, and when COR is told everything again besides: NCRONTAB in UTC. Means nothing
   * without `dataverse`.
   */
  readonly reconcile: { readonly schedule: string; readonly verifySchedule?: string | undefined };
  readonly source: Source;
  readonly serviceBus: Connection;
  /** `memory` forgets everything when the process ends: for benchmarks and try-outs only. */
  readonly ledger: Connection | 'memory';
  readonly cor: {
    readonly baseUrl: string;
    readonly tokenUrl: string;
    readonly apiKey: string;
    readonly clientSecret: string;
    /** `metadata.source` of all users and workspaces. */
    readonly source: string;
    /** COR calls in flight at once. */
    readonly concurrency: number;
    /** Deadline of one COR call, token request included. */
    readonly timeoutMs: number;
    readonly createMissingWorkspaces: boolean;
  };
  readonly mapping: Mapping;
  /**
   * Id of the one Dataverse organization whose events are taken; where it is not set it is pinned beside the
   * ledger.
   */
  readonly organization?: string | undefined;
  /**
   * The day (`YYYY-MM-DD`) that every plan is made for, in place of the clock's: only where COR is on this
   * machine.
   */
  readonly fixedDay?: string | undefined;
  /** How long a message is retried while COR (or the ledger) cannot be reached. */
  readonly retryWindowMs: number;
  /** How long a message is retried while COR does not know its user or workspace. */
  readonly unmappedGraceMs: number;
  /** What an operator should know of settings that are possible, and perhaps not meant. */
  readonly warnings: readonly string[];
}

export type Environment = Readonly<Record<string, string | undefined>>;

export { SettingsError };

/** Nobody should find out in production that time stands still. */
function fixedDay(
  { COR_TODAY, COR_BASE_URL }: z.output<typeof ledgerSchema>,
  problems: Problems,
): string | undefined {
  if (COR_TODAY !== undefined && !isLoopback(new URL(COR_BASE_URL).hostname))
    problems.push('COR_TODAY: should be left out, it is for a COR on this machine (COR_BASE_URL)');
  return COR_TODAY;
}

function readMapping(nameOrPath: string, problems: Problems): Mapping | undefined {
  try {
    return loadMapping(nameOrPath);
  } catch (error) {
    problems.push(`MAPPING: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

/** A setting left empty in the portal means the same as one that is not there. */
function withoutEmpty(environment: Environment): Record<string, string> {
  const known = Object.keys(settingsSchema.shape);
  return Object.fromEntries(
    known.flatMap((name) => {
      const value = environment[name];
      return value === undefined || value.trim() === '' ? [] : [[name, value]];
    }),
  );
}

function parse<Schema extends z.ZodType>(schema: Schema, environment: Environment): z.output<Schema> {
  const parsed = schema.safeParse(withoutEmpty(environment));
  if (parsed.success) return parsed.data;
  throw settingsError(
    parsed.error.issues.map((issue) => `${issue.path.join('.')}: should be ${issue.message}`),
  );
}

/** The settings of the ledger alone, for a command that needs nothing else. Throws `SettingsError`. */
export function readLedgerSettings(
  environment: Environment,
): Pick<Settings, 'ledger' | 'mapping' | 'organization' | 'fixedDay'> {
  const raw = parse(ledgerSchema, environment);
  const problems: Problems = [];
  const ledger = ledgerConnection(raw, problems);
  const mapping = readMapping(raw.MAPPING, problems);
  const day = fixedDay(raw, problems);
  if (problems.length > 0 || !ledger || !mapping) throw settingsError(problems);
  return { ledger, mapping, organization: raw.DATAVERSE_ORGANIZATION_ID, fixedDay: day };
}

/** The settings of the queue alone, for a command that needs nothing else. Throws `SettingsError`. */
export function readQueueSettings(
  environment: Environment,
): Pick<Settings, 'serviceBus' | 'source' | 'mapping'> {
  const raw = parse(queueSchema, environment);
  const problems: Problems = [];
  const serviceBus = serviceBusConnection(raw, problems);
  const from = messageSource(raw, problems);
  const mapping = readMapping(raw.MAPPING, problems);
  if (problems.length > 0 || !serviceBus || !mapping) throw settingsError(problems);
  return { serviceBus, source: from, mapping };
}

/**
 * Reads and checks all settings at once. Throws `SettingsError` that names every bad setting and what it
 * should look like; values are never repeated, they may be secrets.
 */
export function readSettings(environment: Environment): Settings {
  const raw = parse(settingsSchema, environment);
  const problems: Problems = [];
  const serviceBus = serviceBusConnection(raw, problems);
  const ledger = ledgerConnection(raw, problems);
  const from = messageSource(raw, problems);
  const mapping = readMapping(raw.MAPPING, problems);
  const day = fixedDay(raw, problems);
  const dataverse = readDataverseSettings(raw, problems);
  if (mapping && needsDataverse(mapping) && raw.DATAVERSE_URL === undefined)
    problems.push(
      'DATAVERSE_URL: needed, because the mapping takes ids of related rows, which are looked up there',
    );
  if (problems.length > 0 || !serviceBus || !ledger || !mapping) throw settingsError(problems);
  return {
    ...(dataverse && { dataverse }),
    reconcile: { schedule: raw.RECONCILE_SCHEDULE, verifySchedule: raw.VERIFY_SCHEDULE },
    source: from,
    serviceBus,
    ledger,
    cor: {
      baseUrl: raw.COR_BASE_URL,
      tokenUrl: raw.COR_TOKEN_URL,
      apiKey: raw.COR_API_KEY,
      clientSecret: raw.COR_CLIENT_SECRET,
      source: raw.COR_SOURCE,
      concurrency: raw.COR_CONCURRENCY,
      timeoutMs: raw.COR_TIMEOUT,
      createMissingWorkspaces: raw.COR_CREATE_MISSING_WORKSPACES,
    },
    mapping,
    organization: raw.DATAVERSE_ORGANIZATION_ID,
    fixedDay: day,
    retryWindowMs: raw.RETRY_WINDOW,
    unmappedGraceMs: raw.UNMAPPED_GRACE,
    warnings: [sourceWarning(raw.COR_SOURCE)].filter((warning) => warning !== undefined),
  };
}
