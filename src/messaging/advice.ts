import { unreadMessageAdvice } from '../dynamics/unread-message.ts';
import type { Decision } from './decide.ts';
import type { MessageState } from './message.ts';

const WENT_BACK =
  'The version number is lower than the recorded one, and the time is later: the environment was restored from a backup. Changes since ' +
  'then look old until the recorded versions are forgotten ("./connector ledger forget-versions").';

const OWNER_UNKNOWN =
  'The row is gone, and the event does not say whose it was: the next comparison with Dynamics finds the owner.';

/** What an operator should do about a message that is done; `undefined`: nothing. */
export function advice(
  decision: Extract<Decision, { kind: 'complete' }>,
  { context }: Pick<MessageState, 'context'>,
): string | undefined {
  if (decision.result === 'hydrated') return OWNER_UNKNOWN;
  if (decision.skipReason === 'versionWentBack') return WENT_BACK;
  // A step on the wrong message: nobody would miss what it never says.
  if (decision.skipReason !== 'unreadMessage' || !context) return undefined;
  return unreadMessageAdvice(context.messageName, context.primaryEntityName);
}
