import { type DeadLetter, deadLetter } from '../dead-letter-reason.ts';
import type { AssignmentChange } from '../dynamics/assignment-change.ts';
import type { Skip } from '../dynamics/translation.ts';
import { unsavable } from '../ledger/changed-entry.ts';
import { foremost, type Identified } from './identify.ts';

/** What could not be read again is the message's fault, at once: saved, it would stop its user for ever. */
function refusal({ record }: AssignmentChange, problem: string): DeadLetter {
  return deadLetter(
    'MappingFailed',
    `Row ${record}: what the mapping makes of it cannot be kept in the ledger, at ${problem}. Mend the row in Dynamics (the change is then posted anew), or the mapping.`,
  );
}

/**
 * The same without changes that the ledger could save and not load: the others are applied, and then the
 * message ends as `MappingFailed`.
 */
export function withoutUnsavable(settled: Identified | Skip | DeadLetter): Identified | Skip | DeadLetter {
  if (settled.outcome !== 'apply') return settled;
  const checked = settled.changes.map((change) => ({ change, problem: unsavable(change) }));
  const bad = checked.find(({ problem }) => problem !== undefined);
  if (bad?.problem === undefined) return settled;
  const changes = checked.flatMap(({ change, problem }) => (problem === undefined ? [change] : []));
  const rest = foremost([refusal(bad.change, bad.problem), ...(settled.rest ? [settled.rest] : [])]);
  if (changes.length === 0 && rest?.outcome === 'deadLetter') return rest;
  return { ...settled, changes, rest };
}
