import { z } from 'zod';
import { readGuid } from '../dynamics/guid.ts';
import { normalizeExternalId } from '../external-id.ts';
import type { DeadLetterContent } from './content.ts';
import type { DeadLetterHeaders } from './headers.ts';

const text = (what: string) => z.string({ error: what }).trim().min(1, { error: what });

const A_TIME = 'an ISO 8601 time such as 2026-11-24T08:00:00Z, or a day such as 2026-11-24 (UTC)';
const A_COUNT = 'a whole number from 1';
const MAX_NUMBERS = 1_000;

/** Which dead letters are meant, as a command line or a request says it. */
export const filterSchema = z.strictObject({
  /** The dead-letter reason, exactly. */
  reason: text('a dead-letter reason, as the list shows it').optional(),
  /** Messages that would change something for this user. */
  user: text('the external id of a user').transform(normalizeExternalId).optional(),
  /** Messages about this row. */
  row: text('the id of a row, a GUID')
    .transform((id) => readGuid(id) ?? id)
    .optional(),
  /** These alone, by their sequence numbers. */
  numbers: z
    .array(z.string().regex(/^[0-9]{1,20}$/, { error: A_COUNT }))
    .min(1)
    .max(MAX_NUMBERS)
    .optional(),
  /**
   * In topic form: those that died in the subscription, or as retried or replayed ones in the queue. They are
   * numbered apart.
   */
  from: z.enum(['queue', 'subscription'], { error: '`queue` or `subscription`' }).optional(),
  /** Messages that were enqueued before. */
  before: z
    .union([z.iso.datetime({ offset: true }), z.iso.date()], { error: A_TIME })
    .transform((time) => Date.parse(time))
    .optional(),
  /** At most this many, the oldest first. */
  max: z.int({ error: A_COUNT }).min(1, { error: A_COUNT }).optional(),
});

export type Filter = z.output<typeof filterSchema>;

/** Whether a dead letter is meant. `content` is asked only when it matters: decoding is most of the work. */
export function matches(
  { reason, user, row, numbers, from, before }: Filter,
  headers: DeadLetterHeaders,
  content: () => DeadLetterContent,
): boolean {
  if (numbers !== undefined && !numbers.includes(headers.sequenceNumber)) return false;
  if (from !== undefined && headers.from !== from) return false;
  if (reason !== undefined && headers.reason !== reason) return false;
  if (before !== undefined && !(Date.parse(headers.enqueuedAt ?? '') < before)) return false;
  if (row === undefined && user === undefined) return true;
  const { record, user: asked, changes } = content();
  if (row !== undefined && record !== row && !changes.some((change) => change.record === row)) return false;
  return user === undefined || asked === user || changes.some((change) => change.user === user);
}
