import { z } from 'zod';
import { type DeadLetter, deadLetter } from '../dead-letter-reason.ts';
import type { AssignmentChange } from '../dynamics/assignment-change.ts';
import { parseJson } from '../json.ts';
import { sequenceNumber } from '../ledger/document-schema.ts';
import { parseAs } from '../parse-as.ts';
import type { RetryCopy } from './retry-queue.ts';

/**
 * Messages that the connector sends itself, to the queue that the events are in: they ask for one COR user.
 * What they ask takes the same way as an event, so several instances share the work, and retries and pauses
 * are those of events.
 */
export const USER_MESSAGE_TYPE = 'application/vnd.dynamics-to-cor.user+json';

/** More changes of one user go into more messages. */
export const MAX_CHANGES = 100;

/**
 * Why a user message is sent. `due`: a day has come on which a percentage may change. `echo`: a call may have
 * landed in COR after a newer one. `reconcile`: a comparison with Dynamics found differences. `forget`: the
 * versions of an environment start anew.
 */
export type UserMessageReason = 'due' | 'echo' | 'reconcile' | 'forget';

export interface UserMessage {
  readonly schema: 1;
  readonly why: UserMessageReason;
  /** External id of the user in COR. */
  readonly user: string;
  /** Changes of this user, each with its version. At most `MAX_CHANGES`. */
  readonly changes: readonly AssignmentChange[];
  /** Tell COR the user's whole wanted state, whatever is known of what it holds. */
  readonly reassert: boolean;
  /** Id of the Dataverse organization that the changes come from. */
  readonly organization?: string | undefined;
  /** What sent it: the id of a comparison; for `forget` the time of the run, ISO 8601 in UTC. */
  readonly run?: string | undefined;
}

const text = z.string().min(1);
const whole = z.number().int().nonnegative();
const rowVersion = z.object({ number: whole.optional(), modifiedOn: z.number().optional() });
const queuedVersion = rowVersion.extend({ enqueuedAt: z.number().optional(), sequence: sequenceNumber });

const basis = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('event') }),
  z.object({ kind: z.literal('read') }),
  z.object({ kind: z.literal('gone'), seen: queuedVersion.optional() }),
]);

const day = z.iso.date();
const allocation = z.union([
  z.object({
    percentage: z.number().min(0).max(100),
    start: day.optional(),
    finish: day.optional(),
  }),
  z.object({ hours: z.number().nonnegative(), start: day, finish: day }),
]);

const common = { user: text, record: text, version: rowVersion, basis: basis.optional() };
const change = z.discriminatedUnion('kind', [
  z.object({
    ...common,
    kind: z.literal('put'),
    workspace: text,
    workspaceName: z.string().optional(),
    allocation,
    source: text.optional(),
  }),
  z.object({
    ...common,
    kind: z.literal('remove'),
    workspace: text.optional(),
    why: z.enum(['deleted', 'moved', 'deactivated', 'unassigned', 'excluded']),
  }),
]);

const userMessage = z
  .object({
    schema: z.literal(1),
    why: z.enum(['due', 'echo', 'reconcile', 'forget']),
    user: text,
    changes: z.array(change).max(MAX_CHANGES),
    reassert: z.boolean(),
    organization: z.guid().optional(),
    run: text.optional(),
  })
  .superRefine(({ why, user, changes, run }, context) => {
    for (const [index, { user: other }] of changes.entries())
      if (other !== user)
        context.addIssue({ code: 'custom', path: ['changes', index, 'user'], message: 'is another user' });
    if (why === 'forget' && !z.iso.datetime().safeParse(run).success)
      context.addIssue({ code: 'custom', path: ['run'], message: 'is no time in UTC' });
  });

/** Is this a message of the connector's own, not an event? */
export function isUserMessage(contentType: string | undefined): boolean {
  return contentType?.split(';', 1)[0]?.trim().toLowerCase() === USER_MESSAGE_TYPE;
}

/** The message as it is sent. The message id says nothing of the user, whose id may be an e-mail address. */
export function encodeUserMessage(message: UserMessage): RetryCopy {
  return {
    body: Buffer.from(JSON.stringify(message)),
    messageId: `${message.why}-${crypto.randomUUID()}`,
    contentType: USER_MESSAGE_TYPE,
    correlationId: undefined,
    subject: undefined,
    applicationProperties: {},
  };
}

/**
 * Reads the body of a user message; a body that is none is a dead letter that says, as a JSON pointer, what
 * is wrong.
 */
export function decodeUserMessage(
  body: Uint8Array,
): { readonly outcome: 'decoded'; readonly message: UserMessage } | DeadLetter {
  const value = parseJson(Buffer.from(body).toString('utf8'));
  if (typeof value === 'string')
    return deadLetter('NotJson', `A message of type ${USER_MESSAGE_TYPE} holds no JSON. ${DISCARD}`);
  const parsed = parseAs(userMessage, value);
  if (parsed.success) return { outcome: 'decoded', message: parsed.data as UserMessage };
  const issue = parsed.error.issues[0];
  const where = `/${issue?.path.join('/') ?? ''}`;
  return deadLetter(
    'UnsupportedFormat',
    `A message of type ${USER_MESSAGE_TYPE} is not as this version sends it, at ${where}: ${issue?.message ?? 'unexpected'}. ${DISCARD}`,
  );
}

const DISCARD =
  'Only the connector sends such messages: where another version of it sent this one, deploy that version and replay; else discard it.';
