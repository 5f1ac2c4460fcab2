import type { PercentageRule } from '../dynamics/percentage-rule.ts';
import type { LedgerDocument, LedgerEntry } from '../ledger/document.ts';
import { percentagesOn, type WorkspacePercentage } from '../ledger/percentages.ts';
import { assignedWorkspaces } from '../ledger/released.ts';

/** What COR is to be told about one user. */
export interface Plan {
  /** The user's whole wanted state: percentage by workspace. */
  readonly desired: ReadonlyMap<string, WorkspacePercentage>;
  /** Workspaces to send in the first attach call, a subset of `desired`. */
  readonly attach: readonly string[];
  readonly detach: readonly string[];
  /**
   * Workspaces that the user must not have: those to detach, and all that the document speaks of, if COR
   * shows them.
   */
  readonly unwanted: ReadonlySet<string>;
  /** Workspaces that the request is about: a refusal of any other is not its fault. */
  readonly requested: ReadonlySet<string>;
  /** COR is told everything that is wanted, and shows everything that is there: not only the difference. */
  readonly tellsAll: boolean;
  /** What COR was told last, where it is looked at before it is told anything. */
  readonly looksAt: Readonly<Record<string, number>> | undefined;
  /** Wanted workspaces of which COR was told a higher percentage. */
  readonly shrinks: ReadonlySet<string>;
}

export interface PlanInput {
  /** The document as it was loaded: what COR was told last. */
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
  /** Look at what COR holds first. */
  readonly look: boolean;
}

type Percentages = ReadonlyMap<string, WorkspacePercentage>;

/**
 * The difference between what COR was told last and what is wanted on the day, as calls to make. With
 * `reassert`, or where the document does not say what COR was told, everything that is wanted, and all that
 * may linger.
 */
export function planCalls(input: PlanInput): Plan {
  const { before, after, rule, day, mentioned, touched, reassert } = input;
  const desired = percentagesOn(after.assignments, rule, day);
  // On one day: what the calendar changes is nobody's request.
  const requested = new Set([...mentioned, ...changedBetween(before, after, desired, { rule, day })]);
  const undesired = (ids: Iterable<string>): string[] => [...ids].filter((id) => !desired.has(id));
  const { told } = before;
  const looksAt = input.look ? told : undefined;
  const gone = undesired(Object.keys(told ?? {}));
  const shrinks = new Set(
    [...desired].flatMap(([id, { percentage }]) => ((told?.[id] ?? 0) > percentage ? [id] : [])),
  );
  const lingering = new Set(undesired([...requested, ...gone, ...touched]));
  const remembered = [...Object.keys(after.released), ...assignedWorkspaces(after)];
  const unwanted = new Set([...lingering, ...undesired(remembered)]);
  if (!reassert && told) {
    const attach = [...desired.keys()].filter((id) => told[id] !== desired.get(id)?.percentage);
    return { desired, attach, detach: gone, unwanted, requested, tellsAll: false, looksAt, shrinks };
  }
  // An attach call shows what the user has; where there is none to make, only detaching can show it.
  const detach = [...(desired.size > 0 ? lingering : unwanted)];
  return {
    desired,
    attach: [...desired.keys()],
    detach,
    unwanted,
    requested,
    tellsAll: true,
    looksAt,
    shrinks,
  };
}

/**
 * Workspaces that have another percentage after than they had before, on the same day. Only those of entries
 * that are not the same can: the others of a user with many rows are not worked out twice.
 */
function changedBetween(
  before: LedgerDocument,
  after: LedgerDocument,
  desired: Percentages,
  { rule, day }: Pick<PlanInput, 'rule' | 'day'>,
): string[] {
  const concerned = workspacesOfChanged(before.assignments, after.assignments);
  if (concerned.size === 0) return [];
  const rows: Record<string, LedgerEntry> = Object.create(null);
  for (const [record, entry] of Object.entries<LedgerEntry>(before.assignments))
    if (entry.state === 'assigned' && concerned.has(entry.workspace)) rows[record] = entry;
  const had = percentagesOn(rows, rule, day);
  return [...concerned].filter((id) => had.get(id)?.percentage !== desired.get(id)?.percentage);
}

type Assignments = LedgerDocument['assignments'];

function workspacesOfChanged(before: Assignments, after: Assignments): Set<string> {
  const found = new Set<string>();
  if (before === after) return found;
  const note = (entry: LedgerEntry | undefined) => {
    if (entry?.state === 'assigned') found.add(entry.workspace);
  };
  for (const record of Object.keys(before)) if (before[record] !== after[record]) note(before[record]);
  for (const record of Object.keys(after)) if (before[record] !== after[record]) note(after[record]);
  return found;
}

export function hasCalls(plan: Plan): boolean {
  return plan.attach.length > 0 || plan.detach.length > 0;
}
