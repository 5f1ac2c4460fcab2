import type { z } from 'zod';
import {
  blobServiceUri,
  type Connection,
  namespaceAddress,
  type Read,
  serviceBusConnectionString,
  storageAccountName,
  storageConnectionString,
} from './connection.ts';
import { sourceWarning } from './cor/sources.ts';
import { type DataverseSettings, readDataverseSettings } from './dataverse/dataverse-settings.ts';
import { loadMapping, type Mapping, needsDataverse } from './dynamics/mapping.ts';
import { isLoopback } from './http/endpoint.ts';
import { SettingsError } from './settings-error.ts';
import { ledgerSchema, queueSchema, settingsSchema } from './settings-schema.ts';

/**
 * Where messages come from. In topic form everything the connector sends itself goes to `queue`, never to the
 * topic's other readers.
 */
export type Source =
  | { readonly kind: 'queue'; readonly queue: string }
  | { readonly kind: 'topic'; readonly topic: string; readonly subscription: string; readonly queue: string };

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

type QueueRaw = z.output<typeof queueSchema>;
type LedgerRaw = z.output<typeof ledgerSchema>;

/** What is wrong with the settings, one sentence each. Values are never repeated, they may be secrets. */
type Problems = string[];

/** The value, or one more problem. An empty setting is none. */
function take<Value>(
  name: string,
  value: string | undefined,
  reader: (text: string) => Read<Value>,
  problems: Problems,
): Value | undefined {
  if (!value) return undefined;
  const result = reader(value);
  if (result.kind === 'read') return result.value;
  problems.push(`${name}: should be ${result.should}`);
  return undefined;
}

const identity = (address: string, clientId: string | undefined): Connection =>
  clientId ? { address, clientId } : { address };

/**
 * The first of these settings that is there says how the service is reached: only a wrong one may yield
 * nothing.
 */
function serviceBusConnection(raw: QueueRaw, problems: Problems): Connection | undefined {
  const connectionString = raw.ServiceBusConnection;
  const namespace = raw.ServiceBusConnection__fullyQualifiedNamespace;
  if (connectionString) {
    const taken = take('ServiceBusConnection', connectionString, serviceBusConnectionString, problems);
    return taken === undefined ? undefined : { connectionString: taken };
  }
  if (namespace) {
    const name = 'ServiceBusConnection__fullyQualifiedNamespace';
    const address = take(name, namespace, namespaceAddress, problems);
    return address === undefined ? undefined : identity(address, raw.ServiceBusConnection__clientId);
  }
  problems.push(
    'ServiceBusConnection: should be a connection string, or set ServiceBusConnection__fullyQualifiedNamespace',
  );
  return undefined;
}

function ledgerConnection(raw: LedgerRaw, problems: Problems): Connection | 'memory' | undefined {
  if (raw.LedgerStorage === 'memory') return 'memory';
  const own = raw.LedgerStorage || raw.LedgerStorage__blobServiceUri;
  const clientId = own ? raw.LedgerStorage__clientId : raw.AzureWebJobsStorage__clientId;
  const prefix = own ? 'LedgerStorage' : 'AzureWebJobsStorage';
  const connectionString = own ? raw.LedgerStorage : raw.AzureWebJobsStorage;
  const uri = own ? raw.LedgerStorage__blobServiceUri : raw.AzureWebJobsStorage__blobServiceUri;
  const account = own ? undefined : raw.AzureWebJobsStorage__accountName;
  if (connectionString) {
    const taken = take(prefix, connectionString, storageConnectionString, problems);
    return taken === undefined ? undefined : { connectionString: taken };
  }
  if (uri || account) {
    const address = uri
      ? take(`${prefix}__blobServiceUri`, uri, blobServiceUri, problems)
      : take(`${prefix}__accountName`, account, storageAccountName, problems);
    return address === undefined ? undefined : identity(address, clientId);
  }
  problems.push(
    'LedgerStorage: should be a connection string, or set LedgerStorage__blobServiceUri, or AzureWebJobsStorage',
  );
  return undefined;
}

function source(raw: QueueRaw, problems: Problems): Source {
  const {
    ServiceBusTopicName: topic,
    ServiceBusSubscriptionName: subscription,
    ServiceBusQueueName: queue,
  } = raw;
  if (topic && subscription) return { kind: 'topic', topic, subscription, queue };
  if (topic) problems.push('ServiceBusSubscriptionName: needed beside ServiceBusTopicName');
  if (subscription) problems.push('ServiceBusTopicName: needed beside ServiceBusSubscriptionName');
  return { kind: 'queue', queue };
}

/** Nobody should find out in production that time stands still. */
function fixedDay({ COR_TODAY, COR_BASE_URL }: LedgerRaw, problems: Problems): string | undefined {
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

const onOneLine = (text: string): string => text.replaceAll(/\s*\n\s*/g, ' ');

function settingsError(problems: Problems): SettingsError {
  return new SettingsError(
    // One line: the host takes console text line by line, and of several lines keeps those that it takes for
    // errors.
    `The settings do not fit, nothing was started. ${problems.map(onOneLine).join(' | ')}`,
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
  const from = source(raw, problems);
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
  const from = source(raw, problems);
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
