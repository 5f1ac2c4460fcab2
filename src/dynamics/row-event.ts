import { type DeadLetter, deadLetter } from '../dead-letter-reason.ts';
import type { Entity } from './entity.ts';
import type { ExecutionContext } from './execution-context.ts';
import type { Mapping } from './mapping.ts';
import { idKey, type NamedId } from './named-id.ts';
import { readRowId } from './read-row.ts';
import type { Incomplete, IncompleteReason, Settled } from './translation.ts';

/** An event of our table, with the mapping that reads it. */
export interface RowEvent {
  readonly context: ExecutionContext;
  readonly mapping: Mapping;
}

export const targetOf = ({ target }: ExecutionContext): Entity | undefined =>
  target?.kind === 'entity' ? target : undefined;

/** `Update of msdyn_resourceassignment <id>`: how every description begins. */
export const eventName = ({ context }: RowEvent): string =>
  `${context.messageName} of ${context.primaryEntityName} ${context.primaryEntityId}`;

export function mappingFailed(event: RowEvent, where: string, problems: readonly string[]): DeadLetter {
  return deadLetter(
    'MappingFailed',
    `${eventName(event)}, ${where}: ${problems.join('; ')}. Mend the row in Dynamics (the change is then posted anew), ` +
      'the columns that the image selects, or the mapping.',
  );
}

/** Users that the event names, without repetition. An id that cannot be used is none. */
function usersOf({ context, mapping }: RowEvent): NamedId[] {
  const { images, user } = mapping;
  const entities = [
    context.preImages.get(images.pre),
    context.postImages.get(images.post),
    targetOf(context),
  ];
  const ids = entities.map((entity) => entity && readRowId(entity, user));
  const users = ids.flatMap((id) => (id?.found === 'id' ? [id.id] : []));
  return [...new Map(users.map((user) => [idKey(user), user])).values()];
}

export function incomplete(event: RowEvent, why: IncompleteReason, otherwise: Settled): Incomplete {
  const { context, mapping } = event;
  return {
    outcome: 'incomplete',
    table: mapping.table,
    record: context.primaryEntityId,
    why,
    users: usersOf(event),
    otherwise,
  };
}
