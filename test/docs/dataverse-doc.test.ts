import { Command } from 'commander';
import { expect, it } from 'vitest';
import { registrableColumns } from '../../cli/dataverse/columns.ts';
import { dataverseCommands } from '../../cli/dataverse/commands.ts';
import { loadMapping } from '../../src/dynamics/mapping.ts';
import { requiredColumns } from '../../src/dynamics/required-columns.ts';
import {
  connectTo,
  image,
  PRODUCTS,
  registerAll,
  startFake,
  step,
  stored,
} from '../cli/dataverse/dataverse-fixture.ts';
import { cliFor } from '../cli/dataverse/run-dataverse.ts';
import { blocks, code, readDoc, section, tableRows } from './documentation.ts';

const DOC = readDoc('dataverse.md');
const ROWS = {
  filtering: 'Filtering Attributes (Update)',
  postImage: '`PostImage` (Create, Update)',
  preImage: '`PreImage` (Update, Delete)',
};
type Kind = keyof typeof ROWS;

/** The columns that the doc names for a preset, by product. */
function columnsInDoc(preset: string, kind: Kind): Record<keyof typeof PRODUCTS, string[]> {
  const row = tableRows(section(DOC, `### Columns of \`${preset}\``)).find(([name]) => name === ROWS[kind]);
  const [, operations = '', automation = ''] = row ?? [];
  return { 'Project Operations': code(operations), 'Project Service Automation': code(automation) };
}

const PRESETS = ['resource-assignment', 'project-team'] as const;
const KINDS = Object.keys(ROWS) as Kind[];

it.each(PRESETS.flatMap((preset) => KINDS.map((kind) => [preset, kind] as const)))(
  'names the columns that %s needs (%s)',
  (preset, kind) => {
    const mapping = loadMapping(preset);
    const named = columnsInDoc(preset, kind);
    const all = new Set(Object.values(named).flat());
    expect([...all].sort()).toEqual(requiredColumns(mapping)[kind].toSorted());
    for (const product of ['Project Operations', 'Project Service Automation'] as const) {
      const table = PRODUCTS[product][mapping.table as keyof (typeof PRODUCTS)[typeof product]];
      expect(named[product]).toEqual(registrableColumns(mapping, new Set<string>(table))[kind]);
    }
  },
);

it('names the table of each preset', () => {
  for (const preset of PRESETS)
    expect(section(DOC, `### Columns of \`${preset}\``)).toContain(`Table \`${loadMapping(preset).table}\`.`);
});

it('explains every option of the command', () => {
  const program = new Command();
  dataverseCommands(program, () => async () => {});
  const group = program.commands.flatMap(({ commands }) => commands);
  const used = new Set(group.flatMap(({ options }) => options.map(({ long }) => long)));
  const explained = tableRows(section(DOC, '## With the command')).flatMap(([option = '']) =>
    code(option).map((text) => text.split(' ')[0]),
  );
  expect(explained.filter((option) => option?.startsWith('--')).sort()).toEqual([...used].sort());
});

it('shows what check prints', async () => {
  const fake = await startFake();
  await registerAll(connectTo(fake));
  stored(fake, 'serviceendpoints').messageformat = 1;
  const { sdkmessageprocessingstepimageid: id } = image(fake, 'Create', 'PostImage');
  fake.store.rows.sdkmessageprocessingstepimages.delete(String(id));
  step(fake, 'Delete').mode = 0;
  expect([(await cliFor(fake)('check')).stdout]).toEqual(blocks(DOC, 'text check'));
});
