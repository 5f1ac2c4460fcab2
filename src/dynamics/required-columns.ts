import { type IdSource, idColumns } from './id-source.ts';
import type { AllocationRule, Mapping } from './mapping.ts';

/**
 * Columns that the steps have to be registered with, without repetition. Where a mapping names alternatives
 * all of them are listed: a table has only some of them, and registration offers only those.
 */
export interface RequiredColumns {
  /** Pre image, on Update and Delete. */
  readonly preImage: readonly string[];
  /** Post image, on Create and Update. */
  readonly postImage: readonly string[];
  /** Filtering attributes of the Update step: a change of any of these can change COR. */
  readonly filtering: readonly string[];
}

function ruleColumns(rule: AllocationRule): readonly string[] {
  const amount = rule.rule === 'hours' ? rule.hours : rule.rule === 'percentage' ? rule.columns : [];
  const dates = [...(rule.start ?? []), ...(rule.finish ?? [])].map(({ column }) => column);
  return [...(rule.when ? [rule.when.column] : []), ...amount, ...dates];
}

/** The state column; none where the mapping says that there is none. */
export const stateColumns = ({ state }: Mapping): readonly string[] =>
  state === 'none' ? [] : [state.column];

const unique = (columns: Iterable<string>): string[] => [...new Set(columns)];

export function requiredColumns(mapping: Mapping): RequiredColumns {
  const sources: readonly IdSource[] = [mapping.user, mapping.workspace];
  const ids = sources.flatMap(idColumns);
  const version = [mapping.version.number, mapping.version.modifiedOn];
  const row = [
    ...ids,
    ...(mapping.only ? [mapping.only.column] : []),
    ...mapping.allocation.flatMap(ruleColumns),
    ...stateColumns(mapping),
  ];
  return {
    preImage: unique([...ids, ...version]),
    postImage: unique([...row, ...version]),
    // Not the version: it changes with every update, so every update would be posted.
    filtering: unique(row),
  };
}
