import { externalIdProblem, normalizeExternalId } from '../external-id.ts';
import type { RelatedPath, TextOptions } from './id-source.ts';

/** A user or workspace whose external id stands in a row that has to be read first. */
export interface UnresolvedId {
  /**
   * Row that the event's row refers to: logical name of its table (may be empty where the sender left it out)
   * and lower-case GUID.
   */
  readonly table: string;
  readonly id: string;
  readonly path: RelatedPath;
}

/** How a row names a user or a workspace: by its external id in COR, or by a row that leads to it. */
export type NamedId = string | UnresolvedId;

/** Equal for ids of one source that name the same. */
export const idKey = (id: NamedId): string => (typeof id === 'string' ? id : `${id.table}/${id.id}`);

export type IdOfText =
  | { readonly kind: 'id'; readonly id: string }
  /** The text completes "the column …". */
  | { readonly kind: 'unusable'; readonly problem: string };

/** Text of a column as an external id. One that can never work is the row's fault, and said at once. */
export function idOfText(text: string, { trim, lowerCase }: TextOptions): IdOfText {
  const normalized = normalizeExternalId(trim ? text.trim() : text);
  const id = lowerCase ? normalized.toLowerCase() : normalized;
  const problem = externalIdProblem(id);
  return problem === undefined ? { kind: 'id', id } : { kind: 'unusable', problem };
}
