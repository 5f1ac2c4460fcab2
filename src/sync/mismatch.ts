import type { Failure } from '../failure.ts';
import type { Plan } from './plan.ts';

/** COR rounds somewhere we cannot see: less than half of our own last digit is no difference. */
const TOLERANCE = 0.005;

export interface Mismatch {
  readonly workspace: string;
  /** `undefined`: it should not be attached. */
  readonly wanted: number | undefined;
  /** `undefined`: COR does not show it. */
  readonly shown: number | undefined;
}

/** Does COR show something else than this percentage? `undefined`: it does not show the workspace at all. */
export function isDifferent(shown: number | undefined, wanted: number): boolean {
  return shown === undefined || !(Math.abs(shown - wanted) < TOLERANCE);
}

/**
 * Where the state in COR's reply differs from the plan. Workspaces that the plan does not name are somebody
 * else's business.
 */
export function mismatches(plan: Plan, seen: ReadonlyMap<string, number> | undefined): Mismatch[] {
  const found: Mismatch[] = [];
  for (const [workspace, { percentage: wanted }] of plan.desired) {
    const shown = seen?.get(workspace);
    if (isDifferent(shown, wanted)) found.push({ workspace, wanted, shown });
  }
  for (const workspace of plan.unwanted) {
    const shown = seen?.get(workspace);
    // Without a list in the reply it is not proven that what was detached is gone; what was only released was
    // not asked for.
    if (shown !== undefined || (seen === undefined && plan.detach.includes(workspace))) {
      found.push({ workspace, wanted: undefined, shown });
    }
  }
  return found;
}

function percent(value: number | undefined): string {
  if (value === undefined) return 'not attached';
  // The reply names it twice, with different percentages.
  return Number.isNaN(value) ? 'shown twice, differently' : `${value} %`;
}

/** COR answered 200 and its reply shows something else. The description is for the dead letter. */
export function didNotApply(
  found: readonly Mismatch[],
  seen: ReadonlyMap<string, number> | undefined,
): Failure {
  return {
    service: 'cor',
    class: 'didNotApply',
    code: 'CorDidNotApply',
    description: describeMismatch(found, seen),
  };
}

/** A workspace that the user no longer has and that COR would not let go. */
export function describeLingering(workspace: string): Failure {
  const description = `COR still shows workspace ${workspace}, which the user no longer has. Take it away in COR.`;
  return { service: 'cor', class: 'didNotApply', code: 'CorDidNotApply', description };
}

/** A sentence for an operator: what COR shows, what it should show, and what to do. */
function describeMismatch(found: readonly Mismatch[], seen: ReadonlyMap<string, number> | undefined): string {
  if (seen === undefined) {
    return 'COR answered 200, but its reply holds no list of workspaces, so nothing is proven. Ask COR whether the API has changed; then replay.';
  }
  const shown = found
    .slice(0, 3)
    .map(({ workspace, wanted, shown }) => `${workspace} is ${percent(shown)}, wanted ${percent(wanted)}`);
  const more = found.length > 3 ? ` and ${found.length - 3} more` : '';
  const rounded = found.some(
    ({ wanted, shown }) =>
      wanted !== undefined &&
      !Number.isInteger(wanted) &&
      Number.isInteger(shown) &&
      Math.abs((shown ?? 0) - wanted) < 1,
  );
  const advice = rounded
    ? 'COR seems to hold whole numbers only: set "decimals" to 0 under "percentage" in the mapping, then replay.'
    : 'Compare with COR: has somebody changed the user there, or is the workspace inactive? Mend that, then replay.';
  return `COR answered 200 and did not apply it, not even after detaching and attaching again: ${shown.join('; ')}${more}. ${advice}`;
}
