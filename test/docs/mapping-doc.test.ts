import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { translationOnDay } from '../../cli/translate/on-day.ts';
import { decode } from '../../src/dynamics/decode.ts';
import { idColumns } from '../../src/dynamics/id-source.ts';
import { loadMapping, parseMapping } from '../../src/dynamics/mapping.ts';
import { mappingSchema } from '../../src/dynamics/mapping-schema.ts';
import { percentageSchema } from '../../src/dynamics/percentage-schema.ts';
import { translate } from '../../src/dynamics/translate.ts';
import type { LedgerDocument } from '../../src/ledger/document.ts';
import { percentagesOn } from '../../src/ledger/percentages.ts';
import { blocks, code, readDoc, section, tableRows } from './documentation.ts';

const DOC = readDoc('mapping.md');

describe('the examples', () => {
  const examples = blocks(DOC, 'json');

  it('are valid mappings, the full one with every field', () => {
    expect(examples).toHaveLength(2);
    for (const example of examples) expect(() => parseMapping(JSON.parse(example), 'example')).not.toThrow();
    const full = Object.keys(JSON.parse(examples[0] ?? '')).filter((name) => name !== '$comment');
    expect(full).toEqual(Object.keys(loadMapping('project-team')));
  });

  it('of a wrong one give the problems that stand below it', () => {
    const [wrong = ''] = blocks(DOC, 'json wrong');
    const [problems] = blocks(DOC, 'text wrong');
    let message = '';
    try {
      parseMapping(JSON.parse(wrong), 'my-mapping.json');
    } catch (error) {
      ({ message } = error as Error);
    }
    expect(`${message}\n`).toBe(problems);
  });

  it('of translate print what it prints', () => {
    const [, path = ''] = /^\.\/connector translate --on 2026-03-04 (local\S+)$/m.exec(DOC) ?? [];
    const decoded = decode(readFileSync(join(import.meta.dirname, '../..', path)), {});
    if (decoded.outcome !== 'decoded') throw new Error('The sample cannot be decoded.');
    const mapping = loadMapping('resource-assignment');
    const translation = translate(decoded.context, mapping);
    const printed = JSON.stringify(translationOnDay(translation, mapping.percentage, '2026-03-04'), null, 2);
    expect(blocks(DOC, 'json translated')).toEqual([`${printed}\n`]);
  });
});

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly required?: readonly string[];
  readonly default?: unknown;
}

/** JSON pointer and default of every field, as the doc writes them. */
function fields(schema: Schema, above = ''): [string, string][] {
  const own = Object.entries(schema.properties ?? {}).flatMap(([name, inner]): [string, string][] => {
    const pointer = `${above}/${name}`;
    const isGroup = inner.properties !== undefined && !pointer.endsWith('/when');
    const fallback = schema.required?.includes(name)
      ? 'required'
      : inner.default === undefined
        ? 'optional'
        : `\`${typeof inner.default === 'string' ? inner.default : JSON.stringify(inner.default)}\``;
    // An object or a word in its place.
    const either =
      JSON.stringify(inner.default) === '{}' ? inner.anyOf?.find((one) => one.properties) : undefined;
    const own: [string, string] = [pointer, either ? 'an object' : fallback];
    return [...(isGroup ? [] : [own]), ...fields(either ?? inner, pointer)];
  });
  const ofItems = [...(schema.items?.oneOf ?? [])].flatMap((rule) => fields(rule, `${above}/N`));
  return [...own, ...ofItems];
}

it('explains every field of a mapping with its default', () => {
  const schema = z.toJSONSchema(mappingSchema, { io: 'input' }) as Schema;
  const defaults = new Map<string, string>();
  // Rules share names: what differs from one to the other stands there as "or".
  for (const [pointer, fallback] of fields(schema)) {
    const known = defaults.get(pointer)?.split(' or ') ?? [];
    defaults.set(pointer, [...new Set([...known, fallback])].join(' or '));
  }
  const explained = tableRows(section(DOC, '### Its fields')).slice(1);
  const inDoc = explained.map(([field = '', fallback]) => [code(field)[0], fallback]);
  expect(Object.fromEntries(inDoc)).toEqual(Object.fromEntries(defaults));
  expect(new Set(inDoc.map(([field]) => field)).size).toBe(inDoc.length);
});

describe('the percentage of the week', () => {
  const [, ...tables] = section(DOC, '## The percentage').split(/^\| (?=Row|Day)/m);
  const [plan = '', weeks = ''] = tables.map((table) => `| ${table}`);

  it('of the worked example is right on every day', () => {
    const assignments = Object.fromEntries(
      tableRows(plan)
        .slice(1)
        .map(([row = '', workspace = '', hours, start = '', finish = '', fixed]) => [
          row,
          {
            state: 'assigned' as const,
            workspace,
            version: { sequence: 1 },
            allocation: fixed
              ? { percentage: Number(fixed), start, ...(finish && { finish }) }
              : { hours: Number(hours), start, finish },
          },
        ]),
    );
    const [[, ...workspaces] = [], ...days] = tableRows(weeks);
    const { percentage: rule } = loadMapping('project-team');
    const shown = days.map(([day = '']) => {
      const found = percentagesOn(assignments, rule, day);
      const cells = workspaces.slice(0, 3).map((workspace) => {
        const share = found.get(workspace)?.percentage;
        return share === undefined ? '–' : share === 0 ? '0 ○' : String(share);
      });
      return [day, ...cells];
    });
    expect(days.map((cells) => cells.slice(0, 4))).toEqual(shown);
    expect(days).toHaveLength(6);
  });
});

describe('the percentage of the whole span', () => {
  const text = section(DOC, '### The whole span');
  const rows = tableRows(text).slice(1);
  const bold = [...text.matchAll(/\*\*([\d.]+) %\*\*/g)].map(([, number]) => Number(number));

  function percentageOf(names: readonly string[], hoursOfA?: number): number | undefined {
    const assignments = Object.fromEntries(
      rows
        .filter(([name = '']) => names.includes(name))
        .map(([name = '', hours, start = '', finish = '', fixed]) => [
          name,
          {
            state: 'assigned' as const,
            workspace: 'p',
            version: { sequence: 1 },
            allocation: fixed
              ? { percentage: Number(fixed) }
              : { hours: name === 'A' && hoursOfA ? hoursOfA : Number(hours), start, finish },
          },
        ]),
    );
    const document = { assignments, released: {} } as unknown as LedgerDocument;
    return percentagesOn(
      document.assignments,
      percentageSchema.parse({ window: 'always' }),
      '2026-03-04',
    ).get('p')?.percentage;
  }

  it('of the worked example is right', () => {
    expect(bold).toEqual([
      percentageOf(['A']),
      percentageOf(['A', 'B']),
      percentageOf(['A', 'B', 'C']),
      percentageOf(['A', 'B', 'C'], 200),
    ]);
  });
});

it('names the columns and option values of the presets', () => {
  const assignment = section(DOC, '## `resource-assignment`');
  const team = section(DOC, '## `project-team`');
  const { allocation, user, workspace } = loadMapping('project-team');
  const values = allocation.flatMap(({ when }) => when?.in ?? []);
  expect(
    tableRows(team)
      .flatMap(([, value = '']) => (/^\d+$/.test(value) ? [Number(value)] : []))
      .sort(),
  ).toEqual(values.toSorted());
  expect(code(team)).toEqual(expect.arrayContaining([...idColumns(user), ...idColumns(workspace)]));
  const [rule] = loadMapping('resource-assignment').allocation;
  const nameOf = ({ column }: { column: string }) => column;
  if (rule?.rule !== 'hours') throw new Error('The preset has another rule.');
  for (const name of [...rule.hours, ...rule.start.map(nameOf), ...rule.finish.map(nameOf)])
    expect(code(assignment)).toContain(name);
});
