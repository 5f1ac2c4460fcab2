import type { Finding, UserComparison } from './compare-user.ts';

/** So many removals are nobody's accident. */
export const MAX_REMOVALS = 20;
export const MAX_EMPTIED_USERS = 5;
/** Of the rows, or the users, that count today. */
const SHARE = 0.1;

/** Why something is held back. */
export interface Held {
  readonly finding: Finding;
  readonly why: 'removals' | 'emptiedUsers';
}

export interface Braked {
  readonly go: readonly Finding[];
  readonly held: readonly Held[];
  readonly removals: number;
  readonly maxRemovals: number;
}

/** How many removals go without being asked, where so many rows count today. */
export const maxRemovals = (counting: number): number => Math.max(MAX_REMOVALS, Math.floor(counting * SHARE));

/** Takes away what counts today, and no user gets the row instead. */
const isRemoval = ({ change, before, after, moves }: Finding): boolean =>
  change?.kind === 'remove' && before && !after && !moves;

/** Has the user something that counts today, and nothing once all this is done? */
function isEmptied(counting: number, findings: readonly Finding[]): boolean {
  const changed = findings.filter(({ change }) => change !== undefined);
  const less = changed.filter(({ before, after }) => before && !after).length;
  const more = changed.filter(({ before, after }) => !before && after).length;
  return counting > 0 && counting - less + more <= 0;
}

function emptiedUsers(
  comparisons: readonly Pick<UserComparison, 'user' | 'counting'>[],
  findings: readonly Finding[],
): ReadonlySet<string> {
  const byUser = Map.groupBy(findings, ({ user }) => user);
  const having = comparisons.filter(({ counting }) => counting > 0);
  const emptied = having.filter(({ user, counting }) => isEmptied(counting, byUser.get(user) ?? []));
  const max = Math.max(MAX_EMPTIED_USERS, Math.floor(having.length * SHARE));
  return new Set(emptied.length > max ? emptied.map(({ user }) => user) : []);
}

/** Somebody has looked: everything may be done. */
export function unbraked(findings: readonly Finding[]): Braked {
  return { go: findings, held: [], removals: findings.filter(isRemoval).length, maxRemovals: Infinity };
}

/**
 * What may be done at once of what was found, and what is held back until somebody allows it. Too few rights
 * look like too few rows: a run that takes away much is not believed. Pure.
 */
export function brake(
  comparisons: readonly Pick<UserComparison, 'user' | 'counting'>[],
  findings: readonly Finding[],
): Braked {
  const counting = comparisons.reduce((sum, one) => sum + one.counting, 0);
  const removals = findings.filter(isRemoval);
  const max = maxRemovals(counting);
  const tooMany = new Set(removals.length > max ? removals : []);
  const emptied = emptiedUsers(comparisons, findings);
  const reasonOf = (finding: Finding): Held['why'] | undefined => {
    if (finding.change === undefined) return undefined;
    if (tooMany.has(finding)) return 'removals';
    return emptied.has(finding.user) ? 'emptiedUsers' : undefined;
  };
  // Both halves of a move, or a row would be with two users, or with none.
  const records = new Map(
    findings.map((one) => [one.record, reasonOf(one)] as const).filter(([, why]) => why),
  );
  const go: Finding[] = [];
  const held: Held[] = [];
  for (const finding of findings) {
    const why = finding.change && (reasonOf(finding) ?? records.get(finding.record));
    if (why) held.push({ finding, why });
    else go.push(finding);
  }
  return { go, held, removals: removals.length, maxRemovals: max };
}
