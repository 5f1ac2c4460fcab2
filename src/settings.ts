import { z } from 'zod';
import { loadMapping, type Mapping } from './dynamics/mapping.ts';

const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Milliseconds of a duration such as `30s`, `15m`, `24h` or `7d`; `undefined` when the text is none. */
function parseDuration(text: string): number | undefined {
  const match = /^(\d{1,9}(?:\.\d{1,3})?)\s*(ms|s|m|h|d)$/.exec(text.trim());
  if (!match) return undefined;
  return Number(match[1]) * UNITS[match[2] as keyof typeof UNITS];
}

/** Where messages come from. In topic form everything the connector sends itself goes to `queue`, never to the topic's other readers. */
export type Source =
  | { readonly kind: 'queue'; readonly queue: string }
  | { readonly kind: 'topic'; readonly topic: string; readonly subscription: string; readonly queue: string };

/** How to reach an Azure service: a connection string, or an address plus a Microsoft Entra identity. */
export type Connection =
  | { readonly connectionString: string }
  | { readonly address: string; readonly clientId?: string };

export interface Settings {
  readonly source: Source;
  readonly serviceBus: Connection;
  /** `memory` forgets everything when the process ends: for benchmarks and try-outs only. */
  readonly ledger: Connection | 'memory';
  readonly cor: {
    readonly baseUrl: string;
    readonly tokenUrl: string;
    readonly apiKey: string;
    readonly clientSecret: string;
    /** COR calls in flight at once. */
    readonly concurrency: number;
    /** Deadline of one COR call, token request included. */
    readonly timeoutMs: number;
    readonly createMissingWorkspaces: boolean;
  };
  readonly mapping: Mapping;
  /** How long a message is retried while COR (or the ledger) cannot be reached. */
  readonly retryWindowMs: number;
  /** How long a message is retried while COR does not know its user or workspace. */
  readonly unmappedGraceMs: number;
}

export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

const text = (what: string) => z.string({ error: what }).trim().min(1, { error: what });

const duration = (fallback: string, minMs: number, maxMs: number) =>
  z
    .string()
    .default(fallback)
    .transform((value, context) => {
      const ms = parseDuration(value);
      if (ms !== undefined && ms >= minMs && ms <= maxMs) return ms;
      context.addIssue({ code: 'custom', message: `a duration such as ${fallback} (units ms, s, m, h, d)` });
      return z.NEVER;
    });

const httpUrl = (fallback: string) =>
  z.url({ protocol: /^https?$/, error: `a URL such as ${fallback}` }).default(fallback);

const whole = (fallback: number, min: number, max: number) =>
  z.coerce
    .number({ error: `a whole number from ${min} to ${max}` })
    .int({ error: `a whole number from ${min} to ${max}` })
    .min(min, { error: `a whole number from ${min} to ${max}` })
    .max(max, { error: `a whole number from ${min} to ${max}` })
    .default(fallback);

const optional = z.string().trim().optional();

const DAY = 86_400_000;

/** Every setting that the code reads, with its default. The README explains each. */
export const settingsSchema = z.object({
  ServiceBusConnection: optional,
  ServiceBusConnection__fullyQualifiedNamespace: optional,
  ServiceBusConnection__clientId: optional,
  ServiceBusQueueName: text('the name of the queue that Dataverse posts to'),
  ServiceBusTopicName: optional,
  ServiceBusSubscriptionName: optional,
  COR_BASE_URL: httpUrl('https://integrations.projectcor.com'),
  COR_TOKEN_URL: httpUrl('https://api.projectcor.com/v1/oauth/token'),
  COR_API_KEY: text('the API key from COR > Settings > Integrations > API'),
  COR_CLIENT_SECRET: text('the client secret that belongs to COR_API_KEY'),
  COR_CONCURRENCY: whole(16, 1, 1_000),
  COR_TIMEOUT: duration('30s', 100, 2 * 60_000),
  COR_CREATE_MISSING_WORKSPACES: z
    .enum(['true', 'false'], { error: '`true` or `false`' })
    .default('false')
    .transform((value) => value === 'true'),
  MAPPING: z.string().trim().min(1).default('resource-assignment'),
  RETRY_WINDOW: duration('24h', 0, 14 * DAY),
  UNMAPPED_GRACE: duration('15m', 0, 14 * DAY),
  LedgerStorage: optional,
  LedgerStorage__blobServiceUri: optional,
  LedgerStorage__clientId: optional,
  AzureWebJobsStorage: optional,
  AzureWebJobsStorage__blobServiceUri: optional,
  AzureWebJobsStorage__accountName: optional,
  AzureWebJobsStorage__clientId: optional,
});

const ledgerSchema = settingsSchema.pick({
  LedgerStorage: true,
  LedgerStorage__blobServiceUri: true,
  LedgerStorage__clientId: true,
  AzureWebJobsStorage: true,
  AzureWebJobsStorage__blobServiceUri: true,
  AzureWebJobsStorage__accountName: true,
  AzureWebJobsStorage__clientId: true,
  MAPPING: true,
});

type Raw = z.output<typeof settingsSchema>;
type LedgerRaw = z.output<typeof ledgerSchema>;
type Environment = Readonly<Record<string, string | undefined>>;

function connection(
  connectionString: string | undefined,
  address: string | undefined,
  clientId: string | undefined,
): Connection | undefined {
  if (connectionString) return { connectionString };
  if (address) return clientId ? { address, clientId } : { address };
  return undefined;
}

function ledgerConnection(raw: LedgerRaw): Connection | 'memory' | undefined {
  if (raw.LedgerStorage === 'memory') return 'memory';
  const account = raw.AzureWebJobsStorage__accountName;
  return (
    connection(raw.LedgerStorage, raw.LedgerStorage__blobServiceUri, raw.LedgerStorage__clientId) ??
    connection(
      raw.AzureWebJobsStorage,
      raw.AzureWebJobsStorage__blobServiceUri ?? (account && `https://${account}.blob.core.windows.net`),
      raw.AzureWebJobsStorage__clientId,
    )
  );
}

function source(raw: Raw, problems: string[]): Source {
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

function readMapping(nameOrPath: string, problems: string[]): Mapping | undefined {
  try {
    return loadMapping(nameOrPath);
  } catch (error) {
    problems.push(`MAPPING: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

const LEDGER_MISSING =
  'LedgerStorage: should be a connection string, or set LedgerStorage__blobServiceUri, or AzureWebJobsStorage';

/** The settings of the ledger alone, for a command that needs nothing else. Throws `SettingsError`. */
export function readLedgerSettings(environment: Environment): Pick<Settings, 'ledger' | 'mapping'> {
  const raw = ledgerSchema.parse(withoutEmpty(environment));
  const problems: string[] = [];
  const ledger = ledgerConnection(raw);
  if (!ledger) problems.push(LEDGER_MISSING);
  const mapping = readMapping(raw.MAPPING, problems);
  if (!ledger || !mapping) throw settingsError(problems);
  return { ledger, mapping };
}

/**
 * Reads and checks all settings at once.
 * Throws `SettingsError` that names every bad setting and what it should look like; values are never repeated, they may be secrets.
 */
export function readSettings(environment: Environment): Settings {
  const parsed = settingsSchema.safeParse(withoutEmpty(environment));
  if (!parsed.success) {
    throw settingsError(
      parsed.error.issues.map((issue) => `${issue.path.join('.')}: should be ${issue.message}`),
    );
  }
  const raw = parsed.data;
  const problems: string[] = [];
  const serviceBus = connection(
    raw.ServiceBusConnection,
    raw.ServiceBusConnection__fullyQualifiedNamespace,
    raw.ServiceBusConnection__clientId,
  );
  if (!serviceBus) {
    problems.push(
      'ServiceBusConnection: should be a connection string, or set ServiceBusConnection__fullyQualifiedNamespace',
    );
  }
  const ledger = ledgerConnection(raw);
  if (!ledger) problems.push(LEDGER_MISSING);
  const from = source(raw, problems);
  const mapping = readMapping(raw.MAPPING, problems);
  if (problems.length > 0 || !serviceBus || !ledger || !mapping) throw settingsError(problems);
  return {
    source: from,
    serviceBus,
    ledger,
    cor: {
      baseUrl: raw.COR_BASE_URL,
      tokenUrl: raw.COR_TOKEN_URL,
      apiKey: raw.COR_API_KEY,
      clientSecret: raw.COR_CLIENT_SECRET,
      concurrency: raw.COR_CONCURRENCY,
      timeoutMs: raw.COR_TIMEOUT,
      createMissingWorkspaces: raw.COR_CREATE_MISSING_WORKSPACES,
    },
    mapping,
    retryWindowMs: raw.RETRY_WINDOW,
    unmappedGraceMs: raw.UNMAPPED_GRACE,
  };
}

function settingsError(problems: readonly string[]): SettingsError {
  return new SettingsError(
    `The settings do not fit, nothing was started:\n${problems.map((p) => `  - ${p}`).join('\n')}`,
  );
}
