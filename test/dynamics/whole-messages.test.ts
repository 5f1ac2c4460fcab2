import { describe, expect, it } from 'vitest';
import { guidOf, ORGANIZATION } from '../../local/events/cast.ts';
import { executionContext, jsonBody, type RowChange } from '../../local/events/dataverse-message.ts';
import { decode } from '../../src/dynamics/decode.ts';
import type { ExecutionContext } from '../../src/dynamics/execution-context.ts';
import { loadMapping } from '../../src/dynamics/mapping.ts';
import { translate } from '../../src/dynamics/translate.ts';
import { readColumn } from '../../src/dynamics/value.ts';

const TABLE = 'new_everything';
const ID = guidOf('a row of everything');
const AT = new Date('2026-04-14T09:30:07Z');
const FACTORY = { table: 'account', id: guidOf('account'), name: 'Harbour works' };

const change = (over: Partial<RowChange>): RowChange => ({
  message: 'Create',
  table: TABLE,
  id: ID,
  target: {},
  primaryName: 'Everything',
  at: AT,
  label: 'everything',
  ...over,
});

function contextOf(json: object): ExecutionContext {
  const decoded = decode(jsonBody(json), { contentType: 'application/json' });
  if (decoded.outcome === 'deadLetter') throw new Error(decoded.description);
  return decoded.context;
}

const targetOf = (context: ExecutionContext) => {
  if (context.target?.kind !== 'entity') throw new Error('The Target is no entity.');
  return context.target;
};

const EVERYTHING = change({
  target: {
    new_yes: true,
    new_whole: 123_456,
    new_decimal: 7.25,
    new_text: 'a/b "c"\nd',
    new_money: { money: 310.5 },
    new_choice: { option: 3 },
    new_choices: { options: [3, 5] },
    new_when: new Date('2026-04-30T22:00:00Z'),
    new_factory: FACTORY,
  },
});

// Whole as an asynchronous step posts them: with the context of the request around them and inside.
describe('a whole message', () => {
  it('of a Create has a column of every type in its Target, and no image but the automatic one', () => {
    const context = contextOf(executionContext({ ...EVERYTHING, post: {}, images: { pre: {}, post: {} } }));
    expect(context).toMatchObject({
      messageName: 'Create',
      primaryEntityName: TABLE,
      primaryEntityId: ID,
      requestId: guidOf('request everything'),
      operationId: guidOf('operation everything'),
      correlationId: guidOf('correlation everything'),
      organizationId: ORGANIZATION.id,
      organizationName: ORGANIZATION.name,
      depth: 1,
      stage: 40,
      mode: 1,
      operationCreatedOn: AT.getTime(),
    });
    const target = targetOf(context);
    const read = (column: string) => readColumn(target, column);
    expect(Object.fromEntries(Object.keys(EVERYTHING.target).map((name) => [name, read(name)]))).toEqual({
      new_yes: { kind: 'boolean', value: true },
      new_whole: { kind: 'number', value: 123_456 },
      new_decimal: { kind: 'number', value: 7.25 },
      new_text: { kind: 'string', value: 'a/b "c"\nd' },
      new_money: { kind: 'money', value: 310.5 },
      new_choice: { kind: 'optionSet', value: 3 },
      new_choices: { kind: 'optionSets', values: [3, 5] },
      new_when: { kind: 'date', value: Date.parse('2026-04-30T22:00:00Z') },
      new_factory: { kind: 'entityReference', id: FACTORY.id, logicalName: 'account' },
    });
    expect(read('modifiedonbehalfby')).toEqual({ kind: 'null' });
    expect(read(`${TABLE}id`)).toEqual({ kind: 'guid', value: ID });
    expect(read('new_other')).toBeUndefined();
    expect(context.postImages.size).toBe(0);
  });

  it('of an Update has images by the alias of the step, in which lookups have names', () => {
    const { pre, post } = { pre: { new_factory: null }, post: { new_factory: FACTORY } };
    const json = executionContext(
      change({ message: 'Update', target: post, images: { pre: { Before: pre }, post: { After: post } } }),
    );
    const { preImages, postImages } = contextOf(json);
    expect([[...preImages.keys()], [...postImages.keys()]]).toEqual([['Before'], ['After']]);
    const [before, after] = [preImages.get('Before'), postImages.get('After')];
    expect(before && readColumn(before, 'new_factory')).toBeUndefined();
    expect(after && readColumn(after, 'new_factory')).toMatchObject({
      id: FACTORY.id,
      name: 'Harbour works',
    });
  });

  it('is read the same with a query among its parameters, and a row version in its Target', () => {
    const json = executionContext(EVERYTHING);
    const [target, ...others] = json.InputParameters;
    const query = {
      __type: 'QueryExpression:http://schemas.microsoft.com/xrm/2011/Contracts',
      ColumnSet: {},
    };
    const more = {
      ...json,
      InputParameters: [
        { key: 'Query', value: query },
        { ...target, value: { ...(target?.value as object), RowVersion: '5120044' } },
        ...others,
      ],
    };
    expect(contextOf(more)).toEqual(contextOf(json));
  });

  it('of a Delete may have nothing but the id of the row', () => {
    const context = contextOf(executionContext(change({ message: 'Delete' })));
    expect(context).toMatchObject({ messageName: 'Delete', primaryEntityId: ID });
    expect(context.target).toEqual({ kind: 'entityReference', id: ID, logicalName: TABLE });
    expect(context.preImages.size).toBe(0);
  });

  it.each(['Create', 'Update', 'Delete'] as const)(
    'of a %s in a table of somebody else is left alone by every preset',
    (message) => {
      const context = contextOf(executionContext(change({ message, target: EVERYTHING.target })));
      for (const preset of ['resource-assignment', 'resource-assignment-entra', 'project-team'])
        expect(translate(context, loadMapping(preset))).toEqual({ outcome: 'skip', reason: 'otherTable' });
    },
  );
});

it('a bare NaN in a column that nobody reads does no harm to the others', () => {
  const body = jsonBody(executionContext(change({ target: { new_ratio: 0.125, new_whole: 9 } })));
  const decoded = decode(Buffer.from(body.toString().replace('0.125', 'NaN')), {});
  if (decoded.outcome === 'deadLetter') throw new Error(decoded.description);
  expect(readColumn(targetOf(decoded.context), 'new_whole')).toEqual({ kind: 'number', value: 9 });
});
