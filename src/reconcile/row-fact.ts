import type { Identity } from '../dataverse/identity.ts';
import type { AssignmentChange, RowVersion } from '../dynamics/assignment-change.ts';
import type { NamedId, UnresolvedId } from '../dynamics/named-id.ts';
import type { RowState } from '../dynamics/translate-row.ts';

/** What a row that was read says of its assignment, with external ids of COR. */
export type RowFact =
  /**
   * Of the user to whom the row belongs: a put, or the removal of a row that is inactive or does not fit the
   * mapping's `only`.
   */
  | { readonly kind: 'change'; readonly change: AssignmentChange }
  /** Of nobody, or of a resource that is no person. */
  | { readonly kind: 'unassigned'; readonly version: RowVersion }
  /** Nothing can be said of it, so nothing is changed for it. `problem` is for an operator. */
  | { readonly kind: 'unmappable' | 'unidentified'; readonly problem: string };

/** Who the row of Dataverse that an id names is in COR. */
export type Resolve = (id: UnresolvedId) => Identity;

type Resolved =
  | Pick<Extract<Identity, { kind: 'found' }>, 'kind' | 'id'>
  | Exclude<Identity, { kind: 'found' }>;

const resolveNamed = (id: NamedId, resolve: Resolve): Resolved =>
  typeof id === 'string' ? { kind: 'found', id } : resolve(id);

function resolvedChange(change: AssignmentChange<NamedId>, resolve: Resolve): RowFact {
  const user = resolveNamed(change.user, resolve);
  if (user.kind === 'notAPerson') return { kind: 'unassigned', version: change.version };
  if (user.kind !== 'found') return { kind: 'unidentified', problem: user.why };
  const basis = { kind: 'read' } as const;
  if (change.kind === 'remove') {
    const { workspace: _, ...rest } = change;
    return { kind: 'change', change: { ...rest, user: user.id, basis } };
  }
  const workspace = resolveNamed(change.workspace, resolve);
  if (workspace.kind !== 'found')
    return {
      kind: 'unidentified',
      problem: 'why' in workspace ? workspace.why : 'the workspace is no person',
    };
  const source = typeof change.user === 'string' ? {} : { source: change.user.id };
  return {
    kind: 'change',
    change: { ...change, user: user.id, workspace: workspace.id, ...source, basis },
  };
}

/** `version`: that of the row. Pure. */
export function factOf(state: RowState, version: RowVersion, resolve: Resolve): RowFact {
  if (state.kind === 'unassigned') return { kind: 'unassigned', version };
  if (state.kind === 'unmappable') return { kind: 'unmappable', problem: state.problems.join('; ') };
  return resolvedChange(state.change, resolve);
}
