import { z } from 'zod';
import { HOUR_MS } from '../duration.ts';
import type { NamedDocuments } from '../ledger/named-documents.ts';
import { parseAs } from '../parse-as.ts';

const NAME = 'due-users.json';

/** A user who was asked for within this time is not asked for again: the message may wait, or be retried. */
const MAX_AGE_MS = 6 * HOUR_MS;

const schema = z.object({ sent: z.record(z.string(), z.number()) });

/** When each due user was asked for last, UTC epoch ms. Only those of the last six hours. */
export type RecentlySent = ReadonlyMap<string, number>;

/** What is left of `sent` at `now`. Times from the future are none: a clock was wrong. */
function stillRecent(sent: Iterable<readonly [string, number]>, now: number): RecentlySent {
  return new Map([...sent].filter(([, at]) => at <= now && now - at < MAX_AGE_MS));
}

/**
 * Rejects when the storage cannot be reached. A document that cannot be used is as good as none: asking twice
 * is harmless.
 */
export async function readRecentlySent(
  documents: NamedDocuments,
  now: number,
): Promise<{ readonly sent: RecentlySent; readonly etag: string | undefined }> {
  const found = await documents.read(NAME);
  const parsed = parseAs(schema, found?.value);
  const sent = parsed.success ? Object.entries(parsed.data.sent) : [];
  return { sent: stillRecent(sent, now), etag: found?.etag };
}

/**
 * Remembers whom was asked for. When another run wrote in between, that one's memory stays: asking twice is
 * harmless.
 */
export async function writeRecentlySent(
  documents: NamedDocuments,
  sent: RecentlySent,
  etag: string | undefined,
): Promise<void> {
  await documents.write(NAME, { sent: Object.fromEntries(sent) }, etag);
}
