import { knownColumn, knownLookup } from './path.ts';
import { badQuery } from './refusal.ts';
import { type Store, tableOf } from './store.ts';
import { type EntitySet, type Lookup, readableColumns, type Table } from './table.ts';

/** What of a row is asked for: `$select` and `$expand`. */
export interface Shape {
  readonly entitySet: EntitySet;
  readonly table: Table;
  /** As they were asked for. */
  readonly selected: readonly string[];
  /** Those, the primary key, and what comes unasked. */
  readonly columns: readonly string[];
  readonly expands: readonly Expand[];
}

interface Expand {
  readonly navigation: string;
  readonly lookup: Lookup;
  readonly shape: Shape;
}

/** Dataverse docs, joins: 15 `$expand` in all. */
const MAX_EXPANDS = 15;

/** Splits at a separator that stands outside of parentheses and quotes. */
function splitOutside(text: string, separator: string): string[] {
  const parts = [''];
  let depth = 0;
  let isQuoted = false;
  for (const character of text) {
    if (character === "'") isQuoted = !isQuoted;
    if (!isQuoted && character === '(') depth += 1;
    if (!isQuoted && character === ')') depth -= 1;
    if (character === separator && depth === 0 && !isQuoted) parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts.map((part) => part.trim());
}

function readExpand(store: Store, table: Table, text: string): Expand {
  const [, navigation = '', , options = ''] = /^(\w+)(\((.*)\))?$/s.exec(text) ?? [];
  const lookup = knownLookup(store, table, navigation);
  const named = options === '' ? [] : splitOutside(options, ';').map((option) => option.split(/=(.*)/s));
  for (const [name] of named) {
    if (name === '$orderby' || name === '$top')
      throw badQuery(`The '${name}' query option is not supported in a nested $expand.`);
    if (name !== '$select' && name !== '$expand')
      throw badQuery(
        `The query option '${name}' is not known to the local Dataverse in $expand of a lookup.`,
      );
  }
  const option = (wanted: string) => named.find(([name]) => name === wanted)?.[1] ?? null;
  return {
    navigation,
    lookup,
    shape: readShape(store, lookup.entitySet, option('$select'), option('$expand')),
  };
}

const countExpands = ({ expands }: Shape): number =>
  expands.reduce((sum, { shape }) => sum + 1 + countExpands(shape), 0);

function readShape(store: Store, entitySet: EntitySet, select: string | null, expand: string | null): Shape {
  const table = tableOf(store, entitySet);
  const selected = select === null ? [] : select.split(',').map((name) => name.trim());
  for (const name of selected) knownColumn(store, table, name);
  const unasked = [table.id, ...(table.alwaysRead ?? [])];
  return {
    entitySet,
    table,
    selected,
    columns:
      selected.length === 0 ? readableColumns(table) : [...new Set([table.id, ...selected, ...unasked])],
    expands: expand === null ? [] : splitOutside(expand, ',').map((text) => readExpand(store, table, text)),
  };
}

/** Reads `$select` and `$expand` of a request. Throws `Refusal`. */
export function requestedShape(store: Store, entitySet: EntitySet, parameters: URLSearchParams): Shape {
  const shape = readShape(store, entitySet, parameters.get('$select'), parameters.get('$expand'));
  if (countExpands(shape) > MAX_EXPANDS) throw badQuery(`More than ${MAX_EXPANDS} $expand options.`);
  return shape;
}

/** The part of `@odata.context` that lists columns: `(a,b,nav(c))`. */
export function contextColumns({ selected, expands }: Shape): string {
  const parts = [
    ...selected,
    ...expands.map(({ navigation, shape }) => `${navigation}${contextColumns(shape) || '()'}`),
  ];
  return parts.length === 0 ? '' : `(${parts.join(',')})`;
}

/** Sets whose rows the request reads, beside its own. */
export function expandedSets({ expands }: Shape): EntitySet[] {
  return expands.flatMap(({ lookup, shape }) => [lookup.entitySet, ...expandedSets(shape)]);
}
