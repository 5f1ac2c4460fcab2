import type { Argument, Option } from 'commander';

/**
 * Values that a shell completes. Where commander's own `choices` would refuse every other, as for a mapping
 * that may also be a file, they stand here.
 */
const values = new WeakMap<Option | Argument, readonly string[]>();

export function suggesting<Of extends Option | Argument>(of: Of, suggested: readonly string[]): Of {
  values.set(of, suggested);
  return of;
}

export const suggestionsOf = (of: Option | Argument): readonly string[] =>
  values.get(of) ?? of.argChoices ?? [];
