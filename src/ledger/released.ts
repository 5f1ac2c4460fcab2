import type { LedgerDocument } from './document.ts';

/** The workspaces of all rows that are assigned, whether their dates count today or not. */
export function assignedWorkspaces({ assignments }: LedgerDocument): Set<string> {
  const found = new Set<string>();
  for (const entry of Object.values(assignments)) if (entry.state === 'assigned') found.add(entry.workspace);
  return found;
}

/**
 * The document with `workspaces` noted as ones that COR may show although the user does not have them: a call
 * that is still under way somewhere may attach them. What is assigned is left out. The same object when
 * nothing is new. `day` is today, `YYYY-MM-DD`.
 */
export function release(
  document: LedgerDocument,
  workspaces: ReadonlySet<string>,
  day: string,
): LedgerDocument {
  if (workspaces.size === 0) return document;
  const assigned = assignedWorkspaces(document);
  const added = [...workspaces].filter((id) => !assigned.has(id) && document.released[id] !== day);
  if (added.length === 0) return document;
  const noted = Object.fromEntries(added.map((id) => [id, day]));
  return { ...document, released: { ...document.released, ...noted } };
}
