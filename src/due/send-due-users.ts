import type { Clock } from '../clock.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { NamedDocuments } from '../ledger/named-documents.ts';
import type { Log } from '../log.ts';
import type { RetryQueue } from '../messaging/retry-queue.ts';
import { encodeUserMessage } from '../messaging/user-message.ts';
import { readRecentlySent, writeRecentlySent } from './recently-sent.ts';

export interface DueOptions {
  readonly ledger: Pick<Ledger, 'due'>;
  readonly documents: NamedDocuments;
  readonly queue: Pick<RetryQueue, 'schedule'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
  /** The day for which COR is told, `YYYY-MM-DD`. */
  readonly today: () => string;
  /** Hash of the percentage rule. */
  readonly rule: string;
}

/** Sends that are under way at once: a Monday may have thousands of users. */
const MAX_SENDING = 16;

/**
 * Sends a message for each user whose percentages may have to change today: a day has come on which they do,
 * the rule of the mapping is another, or the document does not say what COR was told. No event fires when a
 * day passes. It calls neither COR nor Dataverse; whoever handles the message looks at the document. Rejects
 * when the ledger or the queue cannot be reached: the next run sends what is missing.
 */
export async function sendDueUsers(options: DueOptions): Promise<void> {
  const { ledger, documents, clock, log, today, rule } = options;
  const startedAt = clock.now();
  const { sent: recent, etag } = await readRecentlySent(documents, startedAt);
  const sent = new Map(recent);
  let batch: string[] = [];
  let dueCount = 0;
  for await (const user of ledger.due(today(), rule)) {
    if (sent.has(user)) continue;
    sent.set(user, startedAt);
    dueCount += 1;
    batch.push(user);
    if (batch.length < MAX_SENDING) continue;
    await sendAll(batch, options);
    batch = [];
  }
  await sendAll(batch, options);
  if (dueCount > 0) await writeRecentlySent(documents, sent, etag);
  log('info', { evt: 'due.sent', dueCount, durationMs: clock.now() - startedAt });
}

async function sendAll(users: readonly string[], { queue, clock }: DueOptions): Promise<void> {
  await Promise.all(
    users.map((user) => {
      const message = encodeUserMessage({ schema: 1, why: 'due', user, changes: [], reassert: false });
      return queue.schedule(message, clock.now());
    }),
  );
}
