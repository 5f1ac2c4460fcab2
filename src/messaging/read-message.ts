import type { DeadLetter } from '../dead-letter-reason.ts';
import type { AssignmentChange } from '../dynamics/assignment-change.ts';
import { decode } from '../dynamics/decode.ts';
import type { Mapping } from '../dynamics/mapping.ts';
import { translate } from '../dynamics/translate.ts';
import type { Translation } from '../dynamics/translation.ts';
import type { UserRequest } from '../sync/user-request.ts';
import type { Identified, Open } from './identify.ts';
import type { MessageState } from './message.ts';
import { withoutUnsavable } from './unsavable-changes.ts';
import { decodeUserMessage, isUserMessage, type UserMessage } from './user-message.ts';

/** What a message asks of one user. */
type Asked = Pick<UserRequest, 'changes' | 'reassert' | 'look' | 'forgottenAt'>;

export interface UserAsked {
  readonly user: string;
  readonly asked: Asked;
}

/**
 * What a message asks, user by user. `rest` is what becomes of it when that is done, where a part of it
 * cannot be.
 */
export interface Read {
  readonly outcome: 'read';
  readonly parts: readonly UserAsked[];
  readonly rest?: DeadLetter | Open;
}

/**
 * Reads a message: what it asks, or what its event says of a row. What log lines tell of it goes into
 * `state`, the parsed body does not: hundreds of messages may wait.
 */
export function readMessage(state: MessageState, mapping: Mapping): Read | Translation {
  if (!isUserMessage(state.envelope.contentType)) return translateBody(state, mapping);
  const decoded = decodeUserMessage(state.body);
  if (decoded.outcome === 'deadLetter') return decoded;
  const { why, organization, changes } = decoded.message;
  state.userMessage = why;
  if (organization !== undefined) state.organization = organization;
  const checked = withoutUnsavable({ outcome: 'apply', changes });
  if (checked.outcome !== 'apply') return checked;
  const parts = partsOf({ ...decoded.message, changes: checked.changes });
  return { outcome: 'read', parts, ...(checked.rest && { rest: checked.rest }) };
}

function translateBody(state: MessageState, mapping: Mapping): Translation {
  const decoded = decode(state.body, state.envelope);
  if (decoded.outcome === 'deadLetter') return decoded;
  const { target: _, preImages: __, postImages: ___, ...facts } = decoded.context;
  state.context = facts;
  return translate(decoded.context, mapping);
}

/** The changes of an event, user by user. */
export function readOf({ changes, rest }: Identified): Read {
  const users = Map.groupBy(changes, ({ user }) => user);
  const parts = [...users].map(([user, own]) => ({ user, asked: { changes: own } }));
  return { outcome: 'read', parts, ...(rest && { rest }) };
}

/**
 * The changes of a user message are one part per workspace: what COR takes of them is saved, and the message
 * ends for the rest only. One without changes speaks of no workspace.
 */
function partsOf({ why, user, changes, reassert, run }: UserMessage): UserAsked[] {
  const forgottenAt = why === 'forget' && run !== undefined ? Date.parse(run) : undefined;
  // A comparison that asks for everything of a user with nothing to change verifies.
  const look = why === 'reconcile' && reassert;
  const whole: UserAsked = { user, asked: { changes: [], reassert, look, forgottenAt } };
  const byWorkspace = Map.groupBy(changes, workspaceOf);
  const parts = [...byWorkspace.values()].map((own) => ({ user, asked: { changes: own, reassert } }));
  return parts.length === 0 || forgottenAt !== undefined ? [whole, ...parts] : parts;
}

function workspaceOf({ workspace, record }: AssignmentChange): string {
  return workspace ?? record;
}
