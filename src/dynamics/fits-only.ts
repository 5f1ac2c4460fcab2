import type { Entity } from './entity.ts';
import type { Only } from './mapping.ts';
import { readColumn } from './value.ts';

/** Does the row fit the mapping's `only`? `unusable`: the column holds something that is no choice. */
export function fitsOnly(
  entity: Entity,
  target: Entity | undefined,
  only: Only | undefined,
): 'yes' | 'no' | 'unusable' {
  if (!only) return 'yes';
  const value = readColumn(entity, only.column) ?? (target && readColumn(target, only.column));
  if (!value || value.kind === 'null') return 'notIn' in only ? 'yes' : 'no';
  if (value.kind !== 'optionSet' && value.kind !== 'number') return 'unusable';
  const fits = 'in' in only ? only.in.includes(value.value) : !only.notIn.includes(value.value);
  return fits ? 'yes' : 'no';
}
