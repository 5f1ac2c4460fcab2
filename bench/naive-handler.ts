import { app, type InvocationContext } from '@azure/functions';

/**
 * What a good engineer writes in an afternoon to do the connector's job, and what the benchmark holds the connector against: one event,
 * one call. Any failure is thrown, and Service Bus brings the message back. It is not slowed down anywhere.
 */

interface Attribute {
  readonly key: string;
  readonly value: unknown;
}

interface Context {
  readonly MessageName: string;
  readonly PrimaryEntityName: string;
  readonly PreEntityImages: readonly { readonly key: string; readonly value: { Attributes: Attribute[] } }[];
  readonly PostEntityImages: readonly { readonly key: string; readonly value: { Attributes: Attribute[] } }[];
}

const { COR_BASE_URL, COR_TOKEN_URL, COR_API_KEY, COR_CLIENT_SECRET } = process.env;
const HOURS_PER_DAY = 8;
const DAY_MS = 86_400_000;

let token: Promise<string> | undefined;
let tokenEndsAt = 0;

async function fetchToken(): Promise<string> {
  const basic = Buffer.from(`${COR_API_KEY}:${COR_CLIENT_SECRET}`).toString('base64');
  const reply = await fetch(`${COR_TOKEN_URL}?grant_type=client_credentials`, {
    method: 'POST',
    headers: { authorization: `Basic ${basic}` },
  });
  if (!reply.ok) throw new Error(`COR gave no token: ${reply.status}`);
  const { access_token, expires_in } = (await reply.json()) as { access_token: string; expires_in: number };
  tokenEndsAt = Date.now() + (expires_in - 60) * 1000;
  return access_token;
}

function currentToken(): Promise<string> {
  if (!token || Date.now() >= tokenEndsAt) {
    tokenEndsAt = Number.POSITIVE_INFINITY;
    token = fetchToken().catch((error) => {
      token = undefined;
      throw error;
    });
  }
  return token;
}

function imageNamed(images: Context['PostEntityImages'], alias: string): Record<string, unknown> {
  const image = images.find(({ key }) => key === alias);
  return Object.fromEntries((image?.value.Attributes ?? []).map(({ key, value }) => [key, value]));
}

function dateOf(value: unknown): number {
  return Number(/\d+/.exec(String(value))?.[0]);
}

function percentage(row: Record<string, unknown>): number {
  const finish = dateOf(row.msdyn_finish);
  let days = 0;
  for (let day = dateOf(row.msdyn_start); day <= finish; day += DAY_MS)
    if (new Date(day).getUTCDay() % 6 !== 0) days += 1;
  return Math.round((10_000 * Number(row.msdyn_effort)) / (Math.max(1, days) * HOURS_PER_DAY)) / 100;
}

async function handler(body: unknown, _context: InvocationContext): Promise<void> {
  const event = JSON.parse(String(body)) as Context;
  if (event.PrimaryEntityName !== 'msdyn_resourceassignment') return;
  const deleted = event.MessageName === 'Delete';
  const row = deleted
    ? imageNamed(event.PreEntityImages, 'PreImage')
    : imageNamed(event.PostEntityImages, 'PostImage');
  const user = row.msdyn_bookableresourceid as { Id: string };
  const workspaceId = (row.msdyn_projectid as { Id: string }).Id;
  const reply = await fetch(
    `${COR_BASE_URL}/v2/integrations/users/${user.Id}/${deleted ? 'detach' : 'attach'}`,
    {
      method: 'PUT',
      headers: { authorization: `Bearer ${await currentToken()}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        workspaces: deleted ? [workspaceId] : [{ workspaceId, percentage: percentage(row) }],
        metadata: { source: 'MICROSOFT_DYNAMICS' },
      }),
    },
  );
  if (!reply.ok) throw new Error(`COR answered ${reply.status}: ${await reply.text()}`);
  // A connection is free for the next call when the reply has been read.
  await reply.arrayBuffer();
}

app.serviceBusQueue('syncNaively', {
  connection: 'ServiceBusConnection',
  queueName: '%ServiceBusQueueName%',
  // Bytes spare it the library's own parsing of the text, which would come on top of this one.
  dataType: 'binary',
  handler,
} as Parameters<typeof app.serviceBusQueue>[1]);
