import type { AssignmentChange, PutAssignment } from '../../src/dynamics/assignment-change.ts';
import type { NamedId } from '../../src/dynamics/named-id.ts';
import type { PercentageRule } from '../../src/dynamics/percentage-rule.ts';
import type { Settled, Translation } from '../../src/dynamics/translation.ts';
import { percentagesOn } from '../../src/ledger/percentages.ts';
import type { WhyZero } from '../../src/ledger/share-in-window.ts';

/** What the row of a change would come to on a day if it were the user's only one. */
interface OnDay {
  /** `YYYY-MM-DD` */
  readonly day: string;
  readonly percentage: number;
  readonly attached: boolean;
  readonly whyZero?: WhyZero;
}

function onDay({ record, allocation }: PutAssignment<NamedId>, rule: PercentageRule, day: string): OnDay {
  // The workspace may have to be looked up first; the percentage is the same in any.
  const workspace = 'any';
  const only = { [record]: { state: 'assigned', workspace, allocation, version: { sequence: 0 } } } as const;
  const found = percentagesOn(only, rule, day).get(workspace);
  // A row only stops counting by its finish.
  if (!found) return { day, percentage: 0, attached: false, whyZero: 'finished' };
  const { percentage, whyZero } = found;
  return { day, percentage, attached: true, ...(whyZero !== undefined && { whyZero }) };
}

function settledOnDay(settled: Settled, rule: PercentageRule, day: string) {
  if (settled.outcome !== 'apply') return settled;
  const changes = settled.changes.map((change: AssignmentChange<NamedId>) => {
    if (change.kind !== 'put') return change;
    const { version, ...put } = change;
    return { ...put, onDay: onDay(change, rule, day), version };
  });
  return { ...settled, changes };
}

/** The translation as it is printed: each put says what its row comes to on `day`. */
export function translationOnDay(translation: Translation, rule: PercentageRule, day: string) {
  if (translation.outcome !== 'incomplete') return settledOnDay(translation, rule, day);
  return { ...translation, otherwise: settledOnDay(translation.otherwise, rule, day) };
}
