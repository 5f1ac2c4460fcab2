import type { Entity } from './entity.ts';
import { type IdSource, idColumns } from './id-source.ts';
import type { Mapping } from './mapping.ts';
import { firstFilled } from './read-row.ts';

/** Why an image does not suffice. `columns` are those that it should have selected. */
export type ImageGap =
  | { readonly kind: 'missingImage' }
  | { readonly kind: 'wronglySelected'; readonly columns: readonly string[] }
  /**
   * Only the user is not there: an image carries no empty column, so an unassigned row and a column that was
   * not selected look the same.
   */
  | { readonly kind: 'perhapsUnassigned' };

const carries = (entity: Entity | undefined, columns: readonly string[]): boolean =>
  columns.some((column) => entity?.columns.has(column));

const either = (columns: readonly string[]): string => columns.join(' or ');

const wronglySelected = (...columns: string[]): ImageGap => ({ kind: 'wronglySelected', columns });

/** What an image without a user also lacks, although every row has it. */
function lacksWhatRowsHave(
  image: Entity,
  { user, workspace, version, state }: Mapping,
): ImageGap | undefined {
  const every = [...(state === 'none' ? [] : [state.column]), version.number, version.modifiedOn];
  const ofWorkspace = idColumns(workspace);
  const missing = [
    ...(ofWorkspace.length === 0 || carries(image, ofWorkspace) ? [] : [either(ofWorkspace)]),
    ...(carries(image, every) ? [] : every),
  ];
  return missing.length > 0 ? wronglySelected(either(idColumns(user)), ...missing) : undefined;
}

/** Can the user of the row be another one than before? Without a Target nobody knows. */
function mayHaveMoved(target: Entity | undefined, user: IdSource): boolean {
  return !target || carries(target, idColumns(user));
}

/** What the pre image of a Delete lacks. */
export function deleteImageGap(pre: Entity | undefined, mapping: Mapping): ImageGap | undefined {
  if (!pre) return { kind: 'missingImage' };
  return carries(pre, idColumns(mapping.user)) ? undefined : lacksWhatRowsHave(pre, mapping);
}

/** What the pre image of an Update lacks to tell who had the row before. */
export function preImageGap(
  pre: Entity | undefined,
  target: Entity | undefined,
  mapping: Mapping,
): ImageGap | undefined {
  return mayHaveMoved(target, mapping.user) ? deleteImageGap(pre, mapping) : undefined;
}

/** What the post image of a Create or Update lacks to tell who has the row now. */
export function postImageGap(
  post: Entity,
  { pre, target }: { readonly pre: Entity | undefined; readonly target: Entity | undefined },
  mapping: Mapping,
): ImageGap | undefined {
  const columns = idColumns(mapping.user);
  if (carries(post, columns)) return undefined;
  if (target && carries(target, columns))
    return firstFilled(target, columns) ? wronglySelected(either(columns)) : undefined;
  if (pre && firstFilled(pre, columns)) {
    // The Target does not change the user, so the row still has the one of the pre image.
    return target ? wronglySelected(either(columns)) : undefined;
  }
  return lacksWhatRowsHave(post, mapping) ?? { kind: 'perhapsUnassigned' };
}

/** A row that would be put must be known to be active: an inactive one would be attached again. */
export function stateGap(post: Entity, target: Entity | undefined, { state }: Mapping): ImageGap | undefined {
  if (state === 'none' || carries(post, [state.column]) || carries(target, [state.column])) return undefined;
  return wronglySelected(state.column);
}
