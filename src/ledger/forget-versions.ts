import type { LedgerDocument, LedgerEntry } from './document.ts';

/** Older than any: every change of a message that entered the queue afterwards applies. */
const NO_VERSION = { sequence: 0 } as const;

/**
 * The document without its versions, as of `at` (UTC epoch ms): for an environment that was restored from a
 * backup, whose version numbers count again from an earlier one. What is assigned stays; tombstones and mark
 * go; messages that first entered the queue before `at` are old from now on. The same object when a run of
 * that time, or of a later one, was here already. Pure.
 */
export function forgetVersions(document: LedgerDocument, at: number): LedgerDocument {
  if (at <= (document.forgottenAt ?? 0)) return document;
  const { mark: _, ...rest } = document;
  const assigned = Object.entries(document.assignments).flatMap(([record, entry]): [string, LedgerEntry][] =>
    entry.state === 'assigned' ? [[record, { ...entry, version: NO_VERSION }]] : [],
  );
  return { ...rest, assignments: Object.fromEntries(assigned), forgottenAt: at };
}
