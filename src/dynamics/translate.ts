import type { DeadLetter } from '../dead-letter-reason.ts';
import type { AssignmentChange } from './assignment-change.ts';
import type { ExecutionContext } from './execution-context.ts';
import { ZERO_GUID } from './guid.ts';
import { deleteImageGap, type ImageGap, postImageGap, preImageGap, stateGap } from './image-gap.ts';
import type { Mapping } from './mapping.ts';
import { type HandledMessage, missingImage, restoredRow, truncatedEvent } from './missing-image.ts';
import type { NamedId } from './named-id.ts';
import { isSameId, readRowId } from './read-row.ts';
import { incomplete, mappingFailed, type RowEvent, targetOf } from './row-event.ts';
import { type Row, type RowState, removal, translateRow, versionOf } from './translate-row.ts';
import {
  type IncompleteReason,
  type Settled,
  type Skip,
  type SkipReason,
  skip,
  type Translation,
} from './translation.ts';
import { isUnreadMessage } from './unread-message.ts';

/** What one image says. A row that moves has two parts, and each stands alone. */
type Part =
  | { readonly kind: 'change'; readonly change: AssignmentChange<NamedId> }
  | { readonly kind: 'nothing'; readonly ending: Skip }
  | { readonly kind: 'failed'; readonly ending: DeadLetter }
  | { readonly kind: 'incomplete'; readonly why: IncompleteReason; readonly ending: DeadLetter | Skip };

const nothing = (reason: SkipReason): Part => ({ kind: 'nothing', ending: skip(reason) });

function isHandled(message: string): message is HandledMessage {
  return message === 'Create' || message === 'Update' || message === 'Delete';
}

function failed(event: RowEvent, which: 'pre' | 'post', problems: readonly string[]): Part {
  const where = `${which} image "${event.mapping.images[which]}"`;
  return { kind: 'failed', ending: mappingFailed(event, where, problems) };
}

function imageLacks(event: RowEvent, message: HandledMessage, which: 'pre' | 'post', gap: ImageGap): Part {
  if (gap.kind === 'perhapsUnassigned')
    return { kind: 'incomplete', why: gap.kind, ending: skip('unassigned') };
  const problem = gap.kind === 'missingImage' ? 'is missing' : `does not select ${gap.columns.join(', ')}`;
  return { kind: 'incomplete', why: gap.kind, ending: missingImage(event, message, { which, problem }) };
}

/** Puts the parts together: what can be applied is applied, the rest says how the message ends. */
function combine(event: RowEvent, parts: readonly Part[]): Translation {
  const changes = parts.flatMap((part) => (part.kind === 'change' ? [part.change] : []));
  const endings = parts.flatMap((part) => (part.kind === 'change' ? [] : [part.ending]));
  const rest = endings.find((ending) => ending.outcome === 'deadLetter');
  const settled: Settled =
    changes.length > 0
      ? { outcome: 'apply', changes, ...(rest && { rest }) }
      : (rest ?? endings.at(-1) ?? skip('unassigned'));
  const lacking = parts.find((part) => part.kind === 'incomplete');
  return lacking ? incomplete(event, lacking.why, settled) : settled;
}

function translateDelete(event: RowEvent): Translation {
  const { context, mapping } = event;
  const pre = context.preImages.get(mapping.images.pre);
  const gap = deleteImageGap(pre, mapping);
  if (!pre || gap)
    return combine(event, [imageLacks(event, 'Delete', 'pre', gap ?? { kind: 'missingImage' })]);
  const user = readRowId(pre, mapping.user);
  if (user.found === 'empty') return skip('unassignedDelete');
  if (user.found === 'unusable') return combine(event, [failed(event, 'pre', [user.problem])]);
  const row: Row = { entity: pre, record: context.primaryEntityId };
  const version = versionOf(row, mapping);
  const change = removal(row, { user: user.id, why: 'deleted', version }, mapping);
  return { outcome: 'apply', changes: [change] };
}

/** Takes the row from the user who had it before, unless it is still theirs. */
function partBefore(event: RowEvent, after: Row, state: RowState): Part {
  const { context, mapping } = event;
  const pre = context.preImages.get(mapping.images.pre);
  const gap = preImageGap(pre, after.target, mapping);
  if (gap) return imageLacks(event, 'Update', 'pre', gap);
  if (!pre || isSameId(pre, after.entity, mapping.user)) return nothing('unassigned');
  const before = readRowId(pre, mapping.user);
  if (before.found === 'empty') return nothing('unassigned');
  if (before.found === 'unusable') return failed(event, 'pre', [before.problem]);
  const row: Row = { entity: pre, record: context.primaryEntityId };
  const why = state.kind === 'unassigned' ? 'unassigned' : 'moved';
  const version = versionOf(after, mapping);
  return { kind: 'change', change: removal(row, { user: before.id, why, version }, mapping) };
}

/** Gives the row to the user who has it now. */
function partAfter(event: RowEvent, message: HandledMessage, { entity, target }: Row, state: RowState): Part {
  switch (state.kind) {
    case 'unassigned':
      return nothing('unassigned');
    case 'unmappable':
      return failed(event, 'post', state.problems);
    case 'change': {
      // Nobody can have a new row yet, so there is nothing to take away.
      if (message === 'Create' && state.change.kind === 'remove' && state.change.why === 'excluded')
        return nothing('excluded');
      const gap = state.change.kind === 'put' ? stateGap(entity, target, event.mapping) : undefined;
      return gap ? imageLacks(event, message, 'post', gap) : state;
    }
  }
}

function translateCreateOrUpdate(event: RowEvent, message: 'Create' | 'Update'): Translation {
  const { context, mapping } = event;
  const post = context.postImages.get(mapping.images.post);
  if (!post) return combine(event, [imageLacks(event, message, 'post', { kind: 'missingImage' })]);
  const pre = context.preImages.get(mapping.images.pre);
  const row: Row = { entity: post, record: context.primaryEntityId, target: targetOf(context) };
  const gap = postImageGap(post, { pre, target: row.target }, mapping);
  // Who has the row now is not known, so neither is whether anybody lost it.
  if (gap) return combine(event, [imageLacks(event, message, 'post', gap)]);
  const state = translateRow(row, mapping);
  const after = partAfter(event, message, row, state);
  return combine(event, message === 'Create' ? [after] : [partBefore(event, row, state), after]);
}

/**
 * What an event of Dataverse means for COR: the changes to apply, a reason to leave it, what has to be read,
 * or the dead letter. Pure.
 */
export function translate(context: ExecutionContext, mapping: Mapping): Translation {
  const { messageName: message, primaryEntityName: table } = context;
  if (table !== mapping.table) return skip('otherTable');
  if (isUnreadMessage(message)) return skip('unreadMessage');
  if (message !== 'Restore' && !isHandled(message)) return skip('otherMessage');
  const event: RowEvent = { context, mapping };
  if (context.primaryEntityId === ZERO_GUID) {
    return context.truncated
      ? truncatedEvent(event)
      : mappingFailed(event, 'the context', ['neither PrimaryEntityId nor the Target names a row']);
  }
  if (message === 'Restore') return incomplete(event, 'restored', restoredRow(event));
  if (context.truncated) return incomplete(event, 'truncated', truncatedEvent(event));
  return message === 'Delete' ? translateDelete(event) : translateCreateOrUpdate(event, message);
}
