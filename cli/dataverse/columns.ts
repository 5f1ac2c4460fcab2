import { type IdSource, idColumns } from '../../src/dynamics/id-source.ts';
import type { AllocationRule, Mapping } from '../../src/dynamics/mapping.ts';
import { type RequiredColumns, requiredColumns, stateColumns } from '../../src/dynamics/required-columns.ts';
import { RegistrationError } from './registration-error.ts';

/** Columns of which at least one has to exist, and where the mapping names them. */
interface Alternatives {
  readonly pointer: string;
  readonly columns: readonly string[];
}

function ruleAlternatives(rule: AllocationRule, index: number): Alternatives[] {
  const at = `/allocation/${index}`;
  const when = rule.when ? [{ pointer: `${at}/when/column`, columns: [rule.when.column] }] : [];
  const dates = (['start', 'finish'] as const).flatMap((part) => {
    const columns = rule[part]?.map(({ column }) => column);
    return columns ? [{ pointer: `${at}/${part}`, columns }] : [];
  });
  switch (rule.rule) {
    case 'hours':
      return [...when, { pointer: `${at}/hours`, columns: rule.hours }, ...dates];
    case 'percentage':
      return [...when, { pointer: `${at}/column`, columns: rule.columns }, ...dates];
    case 'constant':
      return [...when, ...dates];
  }
}

function idAlternatives(pointer: string, source: IdSource): Alternatives[] {
  const columns = idColumns(source);
  return columns.length > 0 ? [{ pointer, columns }] : [];
}

function alternatives(mapping: Mapping): Alternatives[] {
  return [
    ...idAlternatives('/user/column', mapping.user),
    ...idAlternatives('/workspace/column', mapping.workspace),
    // A row without the column fits "notIn".
    ...(mapping.only && 'in' in mapping.only
      ? [{ pointer: '/only/column', columns: [mapping.only.column] }]
      : []),
    ...mapping.allocation.flatMap(ruleAlternatives),
    { pointer: '/version/number', columns: [mapping.version.number] },
    { pointer: '/version/modifiedOn', columns: [mapping.version.modifiedOn] },
    ...stateColumns(mapping).map((column) => ({ pointer: '/state/column', columns: [column] })),
  ];
}

/**
 * The columns that the mapping needs, of those that the table has: Project Operations and Project Service
 * Automation name the same thing differently, and a name that does not exist cannot be registered. Throws
 * `RegistrationError` when a whole group is missing.
 */
export function registrableColumns(mapping: Mapping, existing: ReadonlySet<string>): RequiredColumns {
  const missing = alternatives(mapping).filter(({ columns }) => !columns.some((name) => existing.has(name)));
  if (missing.length > 0) {
    const lines = missing.map(({ pointer, columns }) => `\n  - ${columns.join(' or ')} (${pointer})`);
    throw new RegistrationError(
      `The table ${mapping.table} of this environment lacks columns that the mapping needs:${lines.join('')}\nUse a mapping that names this table's own columns (--mapping FILE).`,
    );
  }
  const needed = requiredColumns(mapping);
  const keep = (columns: readonly string[]) => columns.filter((name) => existing.has(name));
  return {
    preImage: keep(needed.preImage),
    postImage: keep(needed.postImage),
    filtering: keep(needed.filtering),
  };
}
