/**
 * What a comparison finds of a row, or (`notTold`) of a user. `equal`: nothing to do. `missingInLedger`,
 * `staleInLedger`: Dynamics says something else, or something newer. `goneInDynamics`: the row is not there.
 * `movedInDynamics`: another user has it. `aheadInLedger`: the ledger knows a newer version than there is, as
 * after the restore of an environment. `notTold`: COR was told something else than is wanted today.
 * `unidentified`: nobody in COR is known for it. `unmappable`: the row does not fit the mapping. `held`: what
 * would mend it waits as a dead letter, or is held back by the brake.
 */
export const SITUATIONS = [
  'equal',
  'missingInLedger',
  'staleInLedger',
  'goneInDynamics',
  'movedInDynamics',
  'aheadInLedger',
  'notTold',
  'unidentified',
  'unmappable',
  'held',
] as const;

export type Situation = (typeof SITUATIONS)[number];

export type Counts = Readonly<Record<Situation, number>>;

export function noCounts(): Record<Situation, number> {
  return Object.fromEntries(SITUATIONS.map((situation) => [situation, 0])) as Record<Situation, number>;
}
