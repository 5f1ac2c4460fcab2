import type { SkipReason } from '../dynamics/translation.ts';
import { unreadMessageAdvice } from '../dynamics/unread-message.ts';
import type { MessageState } from './message.ts';

const WENT_BACK =
  'The version number is lower than the recorded one, and the time is later: the environment was restored from a backup. Changes since ' +
  'then look old until the recorded versions are forgotten ("./connector ledger forget-versions").';

/** What an operator should do about a message that was skipped; `undefined`: nothing. */
export function skipAdvice(
  skipReason: SkipReason | undefined,
  { context }: Pick<MessageState, 'context'>,
): string | undefined {
  if (skipReason === 'versionWentBack') return WENT_BACK;
  // A step on the wrong message: nobody would miss what it never says.
  if (skipReason !== 'unreadMessage' || !context) return undefined;
  return unreadMessageAdvice(context.messageName, context.primaryEntityName);
}
