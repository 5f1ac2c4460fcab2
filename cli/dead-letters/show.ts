import { isUtf8 } from 'node:buffer';
import type { DeadLetterContent } from '../../src/dead-letters/content.ts';
import type { DeadLetterHeaders } from '../../src/dead-letters/headers.ts';
import type { FailedMessage } from '../../src/dead-letters/settle-targets.ts';

type Change = DeadLetterContent['changes'][number];

function changeText(change: Change): string {
  const { user, record, workspace } = change;
  if (change.kind === 'remove')
    return `remove assignment ${record} of user ${user}${workspace ? ` from workspace ${workspace}` : ''} (${change.why})`;
  const { allocation } = change;
  const amount =
    'percentage' in allocation
      ? `${allocation.percentage} %`
      : `${allocation.hours} h, ${allocation.start} to ${allocation.finish}`;
  return `put assignment ${record} of user ${user} on workspace ${workspace}: ${amount}`;
}

/** One dead letter for a terminal. */
export function deadLetterText(headers: DeadLetterHeaders, content: DeadLetterContent): string {
  const { connector, otherProperties } = headers;
  const lines: [string, string | number | undefined][] = [
    ['message', headers.messageId],
    ['enqueued', headers.enqueuedAt],
    ['reason', headers.reason],
    ['description', headers.description],
    ['content type', headers.contentType],
    ['delivery count', headers.deliveryCount],
    ...Object.entries(connector).map(([name, value]): [string, string] => [name, String(value)]),
    ['other properties', otherProperties.join(', ') || undefined],
    ['table', content.table],
    ['record', content.record],
    ['operation', content.operation],
    ...content.changes.map((change): [string, string] => ['would', changeText(change)]),
    ['would', content.problem && `change nothing: ${content.problem}`],
  ];
  const shown = lines.flatMap(([name, value]) =>
    value === undefined ? [] : [`  ${name.padEnd(20)} ${value}`],
  );
  return [`#${headers.sequenceNumber} in the ${headers.from}`, ...shown].join('\n');
}

/** A body for a terminal: text as it is, anything else as base64. */
export function bodyText(bytes: Uint8Array): string {
  return isUtf8(bytes)
    ? Buffer.from(bytes).toString()
    : `(not text; base64) ${Buffer.from(bytes).toString('base64')}`;
}

export function failureText({ from, sequenceNumber, error }: FailedMessage): string {
  return `  #${sequenceNumber} in the ${from}: ${error}`;
}
