import { dayNumber, dayText } from '../day.ts';
import type { PercentageRule } from '../dynamics/percentage-rule.ts';
import { type LedgerDocument, NEVER } from '../ledger/document.ts';
import { forgetVersions } from '../ledger/forget-versions.ts';
import { mergeAll } from '../ledger/merge.ts';
import { nextChange } from '../ledger/next-change.ts';
import { release } from '../ledger/released.ts';
import type { Drift } from './assertion.ts';
import { type Plan, planCalls } from './plan.ts';
import { changesOf, type UserRequest, workspacesOf } from './user-request.ts';

/** The document before and after the changes of some requests, and what COR is to be told. */
export interface Draft {
  readonly before: LedgerDocument;
  /** What the changes met: the document before, without versions that are to be forgotten. */
  readonly met: LedgerDocument;
  /**
   * Requests of which only the row itself can tell whether a part still holds, as they met the ones before
   * them.
   */
  readonly doubtful: ReadonlySet<UserRequest>;
  readonly after: LedgerDocument;
  readonly plan: Plan;
  /** The day for which it was made, in the time zone of `rule`. */
  readonly day: string;
  readonly rule: PercentageRule;
}

interface DraftInput {
  readonly requests: readonly UserRequest[];
  readonly touched: ReadonlySet<string>;
  readonly reassert: boolean;
  /** Look at what COR holds before it is told. */
  readonly look: boolean;
  readonly rule: PercentageRule;
  readonly day: string;
}

/**
 * Merges the changes and plans the calls.
 *
 * COR has no condition on a write, so a call can land after a newer one: that of a process that lost its
 * lock, or one that COR carries out after its client gave up. It can only be of a message that was handled
 * before, or of an earlier try of this reconcile. What these speak of, and the user does not have, is noted
 * in the document: whoever asserts next takes it away where COR shows it.
 */
export function draftOf(before: LedgerDocument, input: DraftInput): Draft {
  const { requests, touched, reassert, look, rule, day } = input;
  const forgottenAt = Math.max(0, ...requests.map((one) => one.forgottenAt ?? 0));
  const met = forgetVersions(before, forgottenAt);
  const asked = requests.map((request) => ({ request, changes: changesOf([request]) }));
  const { document: merged, doubtful } = mergeAll(
    met,
    asked.flatMap(({ changes }) => changes),
    day,
  );
  const handledBefore = requests.filter(({ redelivered }) => redelivered);
  const after = release(merged, new Set([...workspacesOf(handledBefore), ...touched]), day);
  const mentioned = workspacesOf(requests);
  const plan = planCalls({ before, after, rule, day, mentioned, touched, reassert, look });
  const inDoubt = asked.filter(({ changes }) => changes.some((one) => doubtful.has(one)));
  return {
    before,
    met,
    doubtful: new Set(inDoubt.map(({ request }) => request)),
    after,
    plan,
    day,
    rule,
  };
}

/**
 * The document as it is saved once COR has been told: with the percentages that COR accepted, the day they
 * are for, and the next day on which one may change. What COR would not take is not in `told`, so it is told
 * with the next message, or on the next day.
 */
export function toldDocument({ after, plan, day, rule }: Draft, drift: readonly Drift[]): LedgerDocument {
  const drifting = new Set(drift.map(({ workspace }) => workspace));
  const told: Record<string, number> = {};
  for (const [workspace, { percentage }] of plan.desired)
    if (!drifting.has(workspace)) told[workspace] = percentage;
  const isWhole = [...drifting].every((workspace) => !plan.desired.has(workspace));
  const next = nextChange(after.assignments, rule, day);
  return {
    ...release(after, drifting, day),
    told,
    asOf: day,
    nextChange: isWhole ? next : earlier(next, dayText(dayNumber(day) + 1) ?? NEVER),
  };
}

function earlier(a: string, b: string): string {
  // `YYYY-MM-DD` sorts as text, and before "never".
  return a < b ? a : b;
}
