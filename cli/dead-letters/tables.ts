import { isUtf8 } from 'node:buffer';
import type { DeadLetterContent } from '../../src/dead-letters/content.ts';
import type { DeadLetterEntry } from '../../src/dead-letters/dead-letters.ts';
import type { DeadLetterHeaders } from '../../src/dead-letters/headers.ts';
import type { DeadLetterList } from '../../src/dead-letters/reason-counts.ts';
import { localTime } from '../frame/local-time.ts';
import { idText } from '../frame/logged-id.ts';
import type { Session } from '../frame/session.ts';
import type { Table } from '../frame/table.ts';

type Change = DeadLetterContent['changes'][number];

/** How often it was tried: deliveries of the last copy, and the copies that were sent before. */
function triesOf({ connector, deliveryCount }: DeadLetterHeaders): number {
  return Number(connector.attempt ?? 0) + Math.max(1, deliveryCount);
}

/** How many there are of each reason. */
export function reasonTable({ reasons }: DeadLetterList): Table {
  return {
    titles: ['Reason', 'Count', 'Oldest', 'Newest', 'For example'],
    optional: ['Oldest', 'Newest'],
    rows: reasons.map(({ reason, count, oldest, newest, example }) => [
      reason,
      count,
      localTime(oldest),
      localTime(newest),
      `#${example}`,
    ]),
  };
}

/** A line for each. */
export function letterTable(entries: readonly DeadLetterEntry[]): Table {
  return {
    titles: ['Number', 'Reason', 'Operation', 'Row', 'Enqueued', 'Tries'],
    optional: ['Enqueued'],
    rows: entries.map(({ headers, content }) => {
      const { operation, record } = content();
      return [
        headers.sequenceNumber,
        headers.reason,
        operation,
        record,
        localTime(headers.enqueuedAt),
        triesOf(headers),
      ];
    }),
  };
}

function changeText(change: Change): string {
  const { user, record, workspace } = change;
  if (change.kind === 'remove')
    return `remove assignment ${record} of user ${idText(user)}${workspace ? ` from workspace ${idText(workspace)}` : ''} (${change.why})`;
  const { allocation } = change;
  const amount =
    'percentage' in allocation
      ? `${allocation.percentage} %`
      : `${allocation.hours} h, ${allocation.start} to ${allocation.finish}`;
  return `put assignment ${record} of user ${idText(user)} on workspace ${idText(change.workspace)}: ${amount}`;
}

const TIMES = /^\d{4}-\d\d-\d\dT/;

/** All that is known of one dead letter. */
export function showLetter({ headers, content }: DeadLetterEntry, session: Session): void {
  const { connector, otherProperties } = headers;
  const { table, record, operation, user, changes, problem } = content();
  const own = Object.entries(connector).map(([name, value]): [string, string] => {
    const text = String(value);
    return [name, TIMES.test(text) ? localTime(text) : text];
  });
  session.record(`#${headers.sequenceNumber} in the ${headers.from}`, [
    ['message', headers.messageId],
    ['enqueued', localTime(headers.enqueuedAt)],
    ['reason', headers.reason],
    ['description', headers.description],
    ['table', table],
    ['row', record],
    ['operation', operation],
    ['user', user === undefined ? undefined : idText(user)],
    ...changes.map((change): [string, string] => ['would', changeText(change)]),
    ['would', problem && `${changes.length > 0 ? 'not do all' : 'change nothing'}: ${problem}`],
    ['tries', triesOf(headers)],
    ['delivery count', headers.deliveryCount],
    ...own,
    ['content type', headers.contentType],
    ['other properties', otherProperties.join(', ')],
  ]);
}

/** A body for a terminal: text as it is, anything else as base64. */
export function bodyText(bytes: Uint8Array): string {
  return isUtf8(bytes)
    ? Buffer.from(bytes).toString()
    : `(not text; base64) ${Buffer.from(bytes).toString('base64')}`;
}
