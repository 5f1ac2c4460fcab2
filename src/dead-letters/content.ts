import type { ServiceBusReceivedMessage } from '@azure/service-bus';
import type { DeadLetter } from '../dead-letter-reason.ts';
import type { AssignmentChange } from '../dynamics/assignment-change.ts';
import { decode } from '../dynamics/decode.ts';
import type { Mapping } from '../dynamics/mapping.ts';
import type { NamedId } from '../dynamics/named-id.ts';
import { translate } from '../dynamics/translate.ts';
import { withoutReading } from '../dynamics/translation.ts';
import { decodeUserMessage, isUserMessage } from '../messaging/user-message.ts';
import { readBody, readBytes } from './message-body.ts';

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

/** Decodes and translates as the connector would do it now. */
function readEvent(message: ServiceBusReceivedMessage, mapping: Mapping): DeadLetterContent {
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

/**
 * The Service Bus extension of the Functions host reads the body of the .NET client's message, which only
 * data sections have: with any
 * other the function is never called (MessageToByteArrayConverter in Azure/azure-sdk-for-net).
 */
function neverArrives(bodyType: string): string {
  return `The body is an AMQP ${bodyType} section. The Functions host hands over bytes only, so the connector never saw this message. A re-send in the portal makes such bodies: send the original with "./connector dead-letters replay", or change the row once more, and discard this one`;
}

/** What a dead letter says, read as the connector would do it now, with the mapping of now. */
export function readContent(message: ServiceBusReceivedMessage, mapping: Mapping): DeadLetterContent {
  const content = isUserMessage(message.contentType)
    ? readUserMessage(readBytes(message))
    : readEvent(message, mapping);
  const { bodyType } = readBody(message);
  return bodyType === 'data' ? content : { ...content, changes: [], problem: neverArrives(bodyType) };
}
