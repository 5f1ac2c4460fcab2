import type { PercentageRule } from '../dynamics/percentage-rule.ts';
import type { LedgerDocument } from '../ledger/document.ts';
import { percentagesOn, type WorkspacePercentage } from '../ledger/percentages.ts';

/** What COR is to be told about one user. */
export interface Plan {
  /** The user's whole wanted state: percentage by workspace. */
  readonly desired: ReadonlyMap<string, WorkspacePercentage>;
  /** Workspaces to send in the first attach call, a subset of `desired`. */
  readonly attach: readonly string[];
  readonly detach: readonly string[];
  /** Workspaces that the user must not have: those to detach, and those it once had, if COR shows them. */
  readonly unwanted: ReadonlySet<string>;
  /** Workspaces that the request is about: a refusal of any other is not its fault. */
  readonly requested: ReadonlySet<string>;
}

export interface PlanInput {
  readonly before: LedgerDocument;
  readonly after: LedgerDocument;
  readonly rule: PercentageRule;
  /** The day on which the plan is made, in the rule's time zone. */
  readonly day: string;
  /** Workspaces that the messages speak of. */
  readonly mentioned: ReadonlySet<string>;
  /** Workspaces that earlier tries may have attached or detached. */
  readonly touched: ReadonlySet<string>;
  /** Tell COR the whole wanted state, not just the difference. */
  readonly reassert: boolean;
}

/**
 * The difference between two documents as calls to make; with `reassert` everything that is wanted, and all
 * that may linger.
 */
export function planCalls({ before, after, rule, day, mentioned, touched, reassert }: PlanInput): Plan {
  const had = percentagesOn(before.assignments, rule, day);
  const desired = percentagesOn(after.assignments, rule, day);
  const changed = [...desired.keys()].filter((id) => had.get(id)?.percentage !== desired.get(id)?.percentage);
  const gone = [...had.keys()].filter((id) => !desired.has(id));
  const undesired = (ids: Iterable<string>): string[] => [...ids].filter((id) => !desired.has(id));
  const requested = new Set([...mentioned, ...changed, ...gone]);
  const lingering = new Set(undesired([...requested, ...touched]));
  const unwanted = new Set([...lingering, ...undesired(Object.keys(after.released))]);
  if (!reassert) return { desired, attach: changed, detach: gone, unwanted, requested };
  // An attach call shows what the user has; where there is none to make, only detaching can show it.
  const detach = [...(desired.size > 0 ? lingering : unwanted)];
  return { desired, attach: [...desired.keys()], detach, unwanted, requested };
}

export function hasCalls(plan: Plan): boolean {
  return plan.attach.length > 0 || plan.detach.length > 0;
}
