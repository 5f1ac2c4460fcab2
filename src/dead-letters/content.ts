import type { ServiceBusReceivedMessage } from '@azure/service-bus';
import type { DeadLetter } from '../dead-letter-reason.ts';
import type { AssignmentChange } from '../dynamics/assignment-change.ts';
import { decode } from '../dynamics/decode.ts';
import type { Mapping } from '../dynamics/mapping.ts';
import type { NamedId } from '../dynamics/named-id.ts';
import { translate } from '../dynamics/translate.ts';
import { withoutReading } from '../dynamics/translation.ts';
import { decodeUserMessage, isUserMessage } from '../messaging/user-message.ts';
import { readBytes } from './message-body.ts';

type WithoutName<Change> = Change extends unknown ? Omit<Change, 'workspaceName'> : never;

/** What a message says, in ids and numbers: no names, no other columns. */
export interface DeadLetterContent {
  /** Left out when the body cannot be decoded. */
  readonly table?: string;
  readonly record?: string;
  /** Of a message of the connector's own: why it was sent. */
  readonly operation?: string;
  /** External id of the user whom such a message asks for. */
  readonly user?: string;
  /** What it would change; empty when it is not ours or cannot be translated. */
  readonly changes: readonly WithoutName<AssignmentChange<NamedId>>[];
  /** Why it changes nothing, or not all that it should. */
  readonly problem?: string;
}

function problemOf({ reason, description }: DeadLetter): string {
  return `${reason}: ${description}`;
}

function withoutName(change: AssignmentChange<NamedId>): WithoutName<AssignmentChange<NamedId>> {
  if (change.kind === 'remove') return change;
  const { workspaceName: _, ...rest } = change;
  return rest;
}

/**
 * A message of the connector's own says what it would change as it is; its `operation` is why it was sent.
 */
function readUserMessage(body: Uint8Array): DeadLetterContent {
  const decoded = decodeUserMessage(body);
  if (decoded.outcome === 'deadLetter') return { changes: [], problem: problemOf(decoded) };
  const { why, user, changes } = decoded.message;
  return { operation: why, user, changes: changes.map(withoutName) };
}

/** Decodes and translates as the connector would do it now, with the mapping of now. */
export function readContent(message: ServiceBusReceivedMessage, mapping: Mapping): DeadLetterContent {
  if (isUserMessage(message.contentType)) return readUserMessage(readBytes(message));
  const decoded = decode(readBytes(message), message);
  if (decoded.outcome === 'deadLetter') return { changes: [], problem: problemOf(decoded) };
  const { primaryEntityName, primaryEntityId, messageName } = decoded.context;
  const about = { table: primaryEntityName, record: primaryEntityId, operation: messageName };
  const translated = withoutReading(translate(decoded.context, mapping));
  if (translated.outcome === 'apply') {
    const { changes, rest } = translated;
    return { ...about, changes: changes.map(withoutName), ...(rest && { problem: problemOf(rest) }) };
  }
  const problem = translated.outcome === 'skip' ? `skipped: ${translated.reason}` : problemOf(translated);
  return { ...about, changes: [], problem };
}
