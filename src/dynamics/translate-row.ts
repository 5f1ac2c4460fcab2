import type { AssignmentChange, PutAssignment, RemoveAssignment, RowVersion } from './assignment-change.ts';
import type { Entity } from './entity.ts';
import { fitsOnly } from './fits-only.ts';
import { idColumns } from './id-source.ts';
import type { Mapping } from './mapping.ts';
import type { NamedId } from './named-id.ts';
import { readAllocation } from './read-allocation.ts';
import { isInactive, readRowId, readVersion } from './read-row.ts';

/** What a row says of its assignment. */
export type RowState =
  /** A put, or the removal of a row that is inactive or does not fit the mapping's `only`. */
  | { readonly kind: 'change'; readonly change: AssignmentChange<NamedId> }
  | { readonly kind: 'unassigned' }
  /** `problems` are for an operator; they name columns. `user` is known when something else is wrong. */
  | { readonly kind: 'unmappable'; readonly user?: NamedId; readonly problems: readonly string[] };

/** A row, or an image of it, with what else is known of it. */
export interface Row {
  readonly entity: Entity;
  /** Id of the row, a lower-case GUID. */
  readonly record: string;
  /** The Target of the event, where the row is an image: it says what an image does not select. */
  readonly target?: Entity | undefined;
}

export const versionOf = ({ entity, target }: Row, mapping: Mapping): RowVersion =>
  readVersion(entity, target, mapping);

/** Takes the row from `user`. The workspace is what the row names. */
export function removal(
  { entity, record }: Row,
  { user, why, version }: Pick<RemoveAssignment<NamedId>, 'user' | 'why' | 'version'>,
  mapping: Mapping,
): RemoveAssignment<NamedId> {
  const workspace = readRowId(entity, mapping.workspace);
  return {
    kind: 'remove',
    user,
    record,
    ...(workspace.found === 'id' && { workspace: workspace.id }),
    why,
    version,
  };
}

function put(row: Row, user: NamedId, mapping: Mapping): PutAssignment<NamedId> | readonly string[] {
  const workspace = readRowId(row.entity, mapping.workspace);
  const allocated = readAllocation(row.entity, mapping);
  if (workspace.found === 'id' && allocated.outcome === 'found') {
    return {
      kind: 'put',
      user,
      record: row.record,
      workspace: workspace.id,
      ...(workspace.name !== undefined && { workspaceName: workspace.name }),
      allocation: allocated.allocation,
      version: versionOf(row, mapping),
    };
  }
  return [
    ...(workspace.found === 'empty'
      ? [`${idColumns(mapping.workspace).join(' or ')} (the workspace) is empty or not selected`]
      : []),
    ...(workspace.found === 'unusable' ? [workspace.problem] : []),
    ...(allocated.outcome === 'failed' ? [allocated.problem] : []),
  ];
}

/**
 * What a row means, whoever made the entity: the image of an event, or a row that was read. Pure. It takes
 * the row at its word: whether an image was registered with the columns that this needs is for the caller to
 * see.
 */
export function translateRow(row: Row, mapping: Mapping): RowState {
  const user = readRowId(row.entity, mapping.user);
  if (user.found === 'empty') return { kind: 'unassigned' };
  if (user.found === 'unusable') return { kind: 'unmappable', problems: [user.problem] };
  const fits = fitsOnly(row.entity, row.target, mapping.only);
  if (fits === 'unusable')
    return { kind: 'unmappable', user: user.id, problems: [`${mapping.only?.column} is no choice`] };
  const isActive = !isInactive(row.entity, row.target, mapping);
  if (!isActive || fits === 'no') {
    const why = isActive ? 'excluded' : 'deactivated';
    const version = versionOf(row, mapping);
    return { kind: 'change', change: removal(row, { user: user.id, why, version }, mapping) };
  }
  const change = put(row, user.id, mapping);
  return 'kind' in change
    ? { kind: 'change', change }
    : { kind: 'unmappable', user: user.id, problems: change };
}
