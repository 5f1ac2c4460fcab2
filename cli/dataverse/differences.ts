import type { Row } from '../../src/dataverse/web-api.ts';
import { type Component, title, type Value } from './component.ts';
import { optionText } from './options.ts';

/** A column of a registered row that is not as it should be. */
export interface Difference {
  readonly column: string;
  /** For people. */
  readonly expected: string;
  readonly found: string;
}

/** Comma-separated: the order and blanks mean nothing. */
const LISTS: ReadonlySet<string> = new Set(['filteringattributes', 'attributes']);

const listOf = (value: unknown): Set<string> =>
  new Set(
    String(value ?? '')
      .split(',')
      .map((name) => name.trim().toLowerCase())
      .filter(Boolean),
  );

function listDifference(column: string, expected: Set<string>, found: Set<string>): Difference | undefined {
  const lacks = [...expected].filter((name) => !found.has(name));
  const surplus = [...found].filter((name) => !expected.has(name));
  if (lacks.length === 0 && surplus.length === 0) return undefined;
  const parts = [
    ...(lacks.length > 0 ? [`without ${lacks.join(', ')}`] : []),
    ...(surplus.length > 0 ? [`with ${surplus.join(', ')} as well`] : []),
  ];
  const all = [...expected].join(',') || 'none';
  return { column, expected: all, found: found.size === 0 ? 'none' : parts.join(' and ') };
}

const shown = (column: string, value: unknown): string =>
  value === null || value === undefined ? 'nothing' : optionText(column, value);

const address = (value: unknown) => String(value).toLowerCase().replace(/\/$/, '');

function columnDifference(column: string, expected: Value, found: unknown): Difference | undefined {
  if (LISTS.has(column)) return listDifference(column, listOf(expected), listOf(found));
  const equal =
    column === 'namespaceaddress' ? address(expected) === address(found) : expected === (found ?? null);
  return equal ? undefined : { column, expected: shown(column, expected), found: shown(column, found) };
}

/** The difference that stands for a key which is to be written, although nobody can read the stored one. */
export const KEY_COLUMN = 'saskey';

/** What of a registered row is not as the component should be. */
export function differences(component: Component, row: Row, updateKey = false): Difference[] {
  const { columns, state, lookups, saskey } = component;
  const found = Object.entries({ ...columns, ...state }).flatMap(
    ([column, value]) => columnDifference(column, value, row[column]) ?? [],
  );
  for (const [property, { id, name }] of Object.entries(lookups)) {
    const value = row[`_${property}_value`];
    if (String(value).toLowerCase() !== id.toLowerCase())
      found.push({ column: property, expected: name, found: 'another' });
  }
  if (saskey !== undefined && row.issaskeyset !== true)
    found.push({ column: KEY_COLUMN, expected: 'a key', found: 'none' });
  else if (saskey !== undefined && updateKey)
    found.push({ column: KEY_COLUMN, expected: 'the key that was given', found: 'one that cannot be read' });
  return found;
}

/** The labels of the Plug-in Registration tool, for those who correct by hand. */
const LABELS: Readonly<Record<string, string>> = {
  contract: 'Designation Type',
  messageformat: 'Message Format',
  userclaim: 'User Information Sent',
  namespaceaddress: 'Namespace Address',
  path: 'Queue or Topic Name',
  saskeyname: 'SAS Key Name',
  saskey: 'SAS Key',
  sdkmessageid: 'Message',
  sdkmessagefilterid: 'Primary Entity',
  stage: 'Event Pipeline Stage of Execution',
  mode: 'Execution Mode',
  supporteddeployment: 'Deployment',
  asyncautodelete: 'Delete AsyncOperation if StatusCode = Successful',
  filteringattributes: 'Filtering Attributes',
  statecode: 'Enable',
  entityalias: 'Entity Alias',
  imagetype: 'Image Type',
  attributes: 'Parameters',
};

export function differenceText({ column, expected, found }: Difference): string {
  const label = LABELS[column];
  return `${column}${label ? ` (${label})` : ''} should be ${expected}, found ${found}`;
}

export const missingText = (component: Component): string => `${title(component)} is missing`;
