import { z } from 'zod';
import { DEFAULT_SOURCE } from './cor/sources.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from './duration.ts';
import { readGuid, ZERO_GUID } from './dynamics/guid.ts';

const UNITS = { ms: 1, s: 1_000, m: MINUTE_MS, h: HOUR_MS, d: DAY_MS } as const;

/** Milliseconds of a duration such as `30s`, `15m`, `24h` or `7d`; `undefined` when the text is none. */
function parseDuration(text: string): number | undefined {
  const match = /^(\d{1,9}(?:\.\d{1,3})?)\s*(ms|s|m|h|d)$/.exec(text.trim());
  if (!match) return undefined;
  return Number(match[1]) * UNITS[match[2] as keyof typeof UNITS];
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

const whole = (fallback: number, min: number, max: number) => {
  const error = `a whole number from ${min} to ${max}`;
  return z.coerce.number({ error }).int({ error }).min(min, { error }).max(max, { error }).default(fallback);
};

/** Id of a Dataverse organization, in lower case without braces. */
const organizationId = z
  .string()
  .transform((text) => readGuid(text.trim()))
  .refine((id) => id !== undefined && id !== ZERO_GUID, {
    error: 'the id of a Dataverse organization, as `./connector doctor` prints it',
  });

/** When a timer fires. What its fields may be the host knows. */
const ncrontab = z
  .string()
  .trim()
  .regex(/^\S+( \S+){5}$/, {
    error: 'six fields: second minute hour day month weekday, such as 0 0 3 * * *',
  });

const optional = z.string().trim().optional();

/** Every setting that the code reads, with its default. docs/settings.md explains each. */
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
  COR_SOURCE: z.string().trim().min(1).max(100, { error: 'at most 100 characters' }).default(DEFAULT_SOURCE),
  COR_CONCURRENCY: whole(16, 1, 1_000),
  COR_TIMEOUT: duration('30s', 100, 2 * MINUTE_MS),
  COR_TODAY: z.iso.date({ error: 'a date such as 2026-03-04' }).optional(),
  COR_CREATE_MISSING_WORKSPACES: z
    .enum(['true', 'false'], { error: '`true` or `false`' })
    .default('false')
    .transform((value) => value === 'true'),
  DATAVERSE_ORGANIZATION_ID: organizationId.optional(),
  MAPPING: z.string().trim().min(1).default('resource-assignment'),
  RETRY_WINDOW: duration('24h', 0, 14 * DAY_MS),
  UNMAPPED_GRACE: duration('15m', 0, 14 * DAY_MS),
  LedgerStorage: optional,
  LedgerStorage__blobServiceUri: optional,
  LedgerStorage__clientId: optional,
  AzureWebJobsStorage: optional,
  AzureWebJobsStorage__blobServiceUri: optional,
  AzureWebJobsStorage__accountName: optional,
  AzureWebJobsStorage__clientId: optional,
  DATAVERSE_URL: optional,
  DATAVERSE_CLIENT_ID: optional,
  DATAVERSE_STATIC_TOKEN: optional,
  RECONCILE_SCHEDULE: ncrontab.default('0 0 3 * * *'),
  VERIFY_SCHEDULE: ncrontab.optional(),
});

/** What a command needs that looks at the ledger alone. */
export const ledgerSchema = settingsSchema.pick({
  LedgerStorage: true,
  LedgerStorage__blobServiceUri: true,
  LedgerStorage__clientId: true,
  AzureWebJobsStorage: true,
  AzureWebJobsStorage__blobServiceUri: true,
  AzureWebJobsStorage__accountName: true,
  AzureWebJobsStorage__clientId: true,
  COR_BASE_URL: true,
  COR_TODAY: true,
  DATAVERSE_ORGANIZATION_ID: true,
  MAPPING: true,
});

/** What a command needs that looks at the queue alone. */
export const queueSchema = settingsSchema.pick({
  ServiceBusConnection: true,
  ServiceBusConnection__fullyQualifiedNamespace: true,
  ServiceBusConnection__clientId: true,
  ServiceBusQueueName: true,
  ServiceBusTopicName: true,
  ServiceBusSubscriptionName: true,
  MAPPING: true,
});
