import { AmqpError } from './amqp-error.ts';
import { encodeDelivery } from './delivered-message.ts';
import { changesIn, propertiesIn } from './disposition-outcome.ts';
import { tokenBytes } from './lock-token.ts';
import {
  binaryArgument,
  listArgument,
  numberArgument,
  sequenceNumbersArgument,
  textArgument,
  tokensArgument,
} from './management-arguments.ts';
import type { QueueCore } from './queue-core.ts';
import type { NodeReply, NodeRequest, RequestNode } from './request-node.ts';
import { types } from './rhea-types.ts';
import { lockLostError, messageNotFoundError, notAllowedInDeadLetterQueueError } from './settle-errors.ts';
import type { Settlement } from './settlement.ts';
import { decodeMessage, type StoredContent } from './stored-content.ts';

type Queue = QueueCore<StoredContent>;
type Arguments = NodeRequest['body'];
/** Returns the reply's body; undefined for "no content". */
type Operation = (queue: Queue, body: Arguments) => unknown;

const AMQP_TIMESTAMP = 0x83;
const AMQP_LONG = 0x81;
const NO_BODY = null;
/** Service Bus gives no more at once, however many are asked for. */
const MAX_PEEKED = 250;

/**
 * Service Bus docs, "AMQP 1.0 in Azure Service Bus: request-response-based operations"; those of a queue
 * without sessions.
 */
const OPERATIONS: Readonly<Record<string, Operation>> = {
  'com.microsoft:peek-message': peekMessages,
  'com.microsoft:renew-lock': renewLocks,
  'com.microsoft:schedule-message': scheduleMessages,
  'com.microsoft:cancel-scheduled-message': cancelScheduledMessages,
  'com.microsoft:receive-by-sequence-number': receiveBySequenceNumber,
  'com.microsoft:update-disposition': updateDisposition,
};

const STATUS_CODES: Readonly<Record<string, number>> = {
  'amqp:not-implemented': 501,
  'amqp:link:message-size-exceeded': 403,
  'com.microsoft:message-lock-lost': 410,
  'com.microsoft:message-not-found': 404,
};

/** The `$management` node of one queue or dead-letter queue. */
export function managementNode(queue: Queue): RequestNode {
  return (request) => {
    try {
      const body = runOperation(queue, request);
      return body === undefined ? reply(204, 'No Content') : { ...reply(200, 'OK'), body };
    } catch (error) {
      if (!(error instanceof AmqpError)) throw error;
      return reply(STATUS_CODES[error.condition] ?? 400, error.message, error.condition);
    }
  };
}

function runOperation(queue: Queue, { operation, body }: NodeRequest): unknown {
  const run = OPERATIONS[operation];
  if (run === undefined) {
    throw new AmqpError(
      'amqp:not-implemented',
      `This broker's queues do not know the operation "${operation}".`,
    );
  }
  // Seen on the service: a plain queue takes a settlement that names a session.
  if (body.has('session-id') && operation !== 'com.microsoft:update-disposition') {
    throw new AmqpError('amqp:not-allowed', `Queue "${queue.settings.name}" has no sessions.`);
  }
  return run(queue, body);
}

function reply(statusCode: number, statusDescription: string, errorCondition?: string): NodeReply {
  return {
    applicationProperties: {
      statusCode: types.wrap_int(statusCode),
      statusDescription,
      ...(errorCondition !== undefined && { errorCondition: types.wrap_symbol(errorCondition) }),
    },
  };
}

function peekMessages(queue: Queue, body: Arguments): unknown {
  const messages = queue.peek(
    numberArgument(body, 'from-sequence-number'),
    Math.min(numberArgument(body, 'message-count'), MAX_PEEKED),
  );
  if (messages.length === 0) return undefined;
  return { messages: messages.map((message) => ({ message: encodeDelivery(message) })) };
}

function renewLocks(queue: Queue, body: Arguments): unknown {
  const expirations = tokensArgument(body).map((token) => queue.renewLock(token));
  if (expirations.includes(undefined)) throw lockLostError();
  return { expirations: types.wrap_array(expirations, AMQP_TIMESTAMP, undefined) };
}

function scheduleMessages(queue: Queue, body: Arguments): unknown {
  const { maxMessageBytes } = queue.settings;
  const drafts = listArgument(body, 'messages').map((entry) => {
    const message = binaryArgument(propertiesIn(entry), 'message');
    if (message.length > maxMessageBytes) {
      throw new AmqpError(
        'amqp:link:message-size-exceeded',
        `The message of ${message.length} bytes is larger than the ${maxMessageBytes} bytes that this entity takes.`,
      );
    }
    return decodeMessage(message);
  });
  return { 'sequence-numbers': types.wrap_array(queue.enqueue(drafts), AMQP_LONG, undefined) };
}

function cancelScheduledMessages(queue: Queue, body: Arguments): unknown {
  if (!queue.cancelScheduled(sequenceNumbersArgument(body))) throw messageNotFoundError();
  return NO_BODY;
}

function receiveBySequenceNumber(queue: Queue, body: Arguments): unknown {
  const mode = numberArgument(body, 'receiver-settle-mode') === 0 ? 'receiveAndDelete' : 'peekLock';
  const messages = queue.receiveDeferred(sequenceNumbersArgument(body), mode);
  if (messages === undefined) throw messageNotFoundError();
  return {
    messages: messages.map((message) => ({
      message: encodeDelivery(message),
      ...(message.lock && { 'lock-token': types.wrap_uuid(tokenBytes(message.lock.token)) }),
    })),
  };
}

function updateDisposition(queue: Queue, body: Arguments): unknown {
  const settlement = settlementOf(body);
  const results = tokensArgument(body).map((token) => queue.settle(token, settlement));
  if (results.includes('lockLost')) throw lockLostError();
  if (results.includes('notAllowed')) throw notAllowedInDeadLetterQueueError();
  return NO_BODY;
}

function settlementOf(body: Arguments): Settlement {
  const changes = changesIn(body.get('properties-to-modify'));
  const status = textArgument(body, 'disposition-status');
  switch (status) {
    case 'completed':
      return { outcome: 'complete' };
    case 'abandoned':
      return { outcome: 'abandon', changes };
    // The protocol's own spelling.
    case 'defered':
      return { outcome: 'defer', changes };
    case 'suspended': {
      const reason = textArgument(body, 'deadletter-reason');
      return {
        outcome: 'deadLetter',
        reason,
        description: textArgument(body, 'deadletter-description'),
        changes,
      };
    }
    default:
      throw new AmqpError('com.microsoft:argument-error', `disposition-status "${status}" is not known.`);
  }
}
