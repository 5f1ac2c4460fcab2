import { AmqpError } from './amqp-error.ts';
import type { RequestNode } from './request-node.ts';
import { types } from './rhea-types.ts';

export const CBS_ADDRESS = '$cbs';

/** Claims-based security: accepts every token, since this broker listens on loopback and has no keys. */
export const answerCbsRequest: RequestNode = ({ operation }) => {
  if (operation !== 'put-token') {
    throw new AmqpError('amqp:not-implemented', `$cbs knows put-token only, not "${operation}".`);
  }
  return {
    applicationProperties: { 'status-code': types.wrap_int(200), 'status-description': 'OK' },
  };
};
