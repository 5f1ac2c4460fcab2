import { type DeadLetter, deadLetter } from '../dead-letter-reason.ts';
import type { AssignmentChange, PutAssignment, RemoveAssignment, RowVersion } from './assignment-change.ts';
import type { Entity } from './entity.ts';
import type { ExecutionContext } from './execution-context.ts';
import { ZERO_GUID } from './guid.ts';
import type { Mapping } from './mapping.ts';
import { type HandledMessage, missingImage } from './missing-image.ts';
import { readAllocation } from './read-allocation.ts';
import { firstFilled, isInactive, type RowId, readRowId, readVersion } from './read-row.ts';

/** Why an event changes nothing in COR: it is of another table, is another message, or its row names no user. */
type SkipReason = 'otherTable' | 'otherMessage' | 'unassigned';

export type Translation =
  | { readonly outcome: 'apply'; readonly changes: readonly AssignmentChange[] }
  | { readonly outcome: 'skip'; readonly reason: SkipReason }
  | DeadLetter;

/** One event with the mapping that reads it. */
interface RowEvent {
  readonly context: ExecutionContext;
  readonly message: HandledMessage;
  readonly mapping: Mapping;
}

const NO_USER: RowId = { found: 'empty' };

const skip = (reason: SkipReason): Translation => ({ outcome: 'skip', reason });

function isHandled(message: string): message is HandledMessage {
  return message === 'Create' || message === 'Update' || message === 'Delete';
}

function mappingFailed(
  { context, message, mapping }: RowEvent,
  where: string,
  problems: readonly string[],
): DeadLetter {
  return deadLetter(
    'MappingFailed',
    `${message} of ${mapping.table} ${context.primaryEntityId}, ${where}: ${problems.join('; ')}. Mend the row in Dynamics (the change is then posted anew), ` +
      'the columns that the image selects, or the mapping.',
  );
}

const imageName = ({ mapping }: RowEvent, which: 'pre' | 'post'): string =>
  `${which} image "${mapping.images[which]}"`;

function remove(
  { context, mapping }: RowEvent,
  user: string,
  why: RemoveAssignment['why'],
  image: Entity,
  version: RowVersion,
): RemoveAssignment {
  const workspace = readRowId(image, mapping.workspace);
  return {
    kind: 'remove',
    user,
    record: context.primaryEntityId,
    ...(workspace.found === 'id' && { workspace: workspace.id }),
    why,
    version,
  };
}

function put(event: RowEvent, user: string, post: Entity, version: RowVersion): PutAssignment | DeadLetter {
  const { context, mapping } = event;
  const workspace = readRowId(post, mapping.workspace);
  const allocated = readAllocation(post, mapping);
  if (workspace.found === 'id' && allocated.outcome === 'found') {
    return {
      kind: 'put',
      user,
      record: context.primaryEntityId,
      workspace: workspace.id,
      ...(workspace.name !== undefined && { workspaceName: workspace.name }),
      allocation: allocated.allocation,
      version,
    };
  }
  const problems = [
    ...(workspace.found === 'empty'
      ? [`${mapping.workspace.columns.join(' or ')} (the workspace) is empty or not selected`]
      : []),
    ...(workspace.found === 'unusable' ? [workspace.problem] : []),
    ...(allocated.outcome === 'failed' ? [allocated.problem] : []),
  ];
  return mappingFailed(event, imageName(event, 'post'), problems);
}

function translateDelete(event: RowEvent): Translation {
  const { context, mapping } = event;
  const pre = context.preImages.get(mapping.images.pre);
  if (!pre) return missingImage('Delete', 'pre', { mapping, record: context.primaryEntityId });
  const user = readRowId(pre, mapping.user);
  if (user.found === 'empty') return skip('unassigned');
  if (user.found === 'unusable') return mappingFailed(event, imageName(event, 'pre'), [user.problem]);
  const version = readVersion(pre, undefined, mapping);
  return { outcome: 'apply', changes: [remove(event, user.id, 'deleted', pre, version)] };
}

/** The images of a Create or Update, or the dead letter that says which is missing. */
function findImages(
  { context, message, mapping }: RowEvent,
  target: Entity | undefined,
): { readonly outcome: 'found'; readonly pre: Entity | undefined; readonly post: Entity } | DeadLetter {
  const event = { mapping, record: context.primaryEntityId };
  const post = context.postImages.get(mapping.images.post);
  if (!post) return missingImage(message, 'post', event);
  const { columns } = mapping.user;
  // An empty column and one that was not selected look the same in an image; the Target can tell.
  if (target && firstFilled(target, columns) && !firstFilled(post, columns))
    return missingImage(message, 'post', { ...event, problem: `does not select ${columns.join(' or ')}` });
  if (message === 'Create') return { outcome: 'found', pre: undefined, post };
  const pre = context.preImages.get(mapping.images.pre);
  const mayHaveMoved = !target || columns.some((column) => target.columns.has(column));
  if (!pre && mayHaveMoved) return missingImage(message, 'pre', event);
  return { outcome: 'found', pre, post };
}

function translateCreateOrUpdate(event: RowEvent): Translation {
  const { context, mapping } = event;
  const target = context.target?.kind === 'entity' ? context.target : undefined;
  const images = findImages(event, target);
  if (images.outcome === 'deadLetter') return images;
  const { pre, post } = images;

  const before = pre ? readRowId(pre, mapping.user) : NO_USER;
  const after = readRowId(post, mapping.user);
  if (before.found === 'unusable') return mappingFailed(event, imageName(event, 'pre'), [before.problem]);
  if (after.found === 'unusable') return mappingFailed(event, imageName(event, 'post'), [after.problem]);

  const version = readVersion(post, target, mapping);
  const changes: AssignmentChange[] = [];
  if (pre && before.found === 'id' && !(after.found === 'id' && after.id === before.id)) {
    const why = after.found === 'id' ? 'moved' : 'unassigned';
    changes.push(remove(event, before.id, why, pre, version));
  }
  if (after.found === 'id') {
    const change = isInactive(post, target, mapping)
      ? remove(event, after.id, 'deactivated', post, version)
      : put(event, after.id, post, version);
    if ('outcome' in change) return change;
    changes.push(change);
  }
  return changes.length > 0 ? { outcome: 'apply', changes } : skip('unassigned');
}

/** What an event of Dataverse means for COR: the changes to apply, a reason to leave it, or the dead letter that says what is missing. Pure. */
export function translate(context: ExecutionContext, mapping: Mapping): Translation {
  const { messageName: message } = context;
  if (context.primaryEntityName !== mapping.table) return skip('otherTable');
  if (!isHandled(message)) return skip('otherMessage');
  const event: RowEvent = { context, message, mapping };
  if (context.primaryEntityId === ZERO_GUID)
    return mappingFailed(event, 'the context', ['neither PrimaryEntityId nor the Target names a row']);
  return message === 'Delete' ? translateDelete(event) : translateCreateOrUpdate(event);
}
