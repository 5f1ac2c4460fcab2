import type { ReadRow } from '../../../src/dataverse/row-query.ts';
import type { TableMetadata } from '../../../src/dataverse/table-metadata.ts';
import { type Mapping, parseMapping } from '../../../src/dynamics/mapping.ts';
import type { Row } from '../../ledger/model/dynamics.ts';

/** A mapping for the rows of the model: each names user, workspace and percentage in columns of its own. */
export const MODEL_MAPPING: Mapping = parseMapping(
  {
    table: 'assignment',
    user: { column: 'user', take: 'value' },
    workspace: { column: 'workspace', take: 'value' },
    allocation: [{ rule: 'percentage', column: 'percentage', unit: 'percent' }],
    version: { number: 'versionnumber', modifiedOn: 'modifiedon' },
    images: { pre: 'PreImage', post: 'PostImage' },
    state: { column: 'statecode', inactive: 1 },
    percentage: { window: 'always' },
  },
  'model',
);

const NAMES = ['user', 'workspace', 'percentage', 'statecode', 'versionnumber', 'modifiedon'];

export const MODEL_TABLE: TableMetadata = {
  table: 'assignment',
  entitySet: 'assignments',
  primaryId: 'assignmentid',
  columns: new Map(NAMES.map((name) => [name, { type: 'String' }])),
  navigations: new Map(),
};

/** A row as the reader would give it. */
export function readRowOf(record: string, row: Row): ReadRow {
  const columns = new Map<string, unknown>([
    ['user', row.user ?? null],
    ['workspace', row.workspace],
    ['percentage', row.percentage],
    ['statecode', row.active ? 0 : 1],
    ['versionnumber', row.number],
    ['modifiedon', `/Date(${row.modifiedOn})/`],
  ]);
  return { entity: { kind: 'entity', logicalName: 'assignment', id: record, columns }, expanded: new Map() };
}
