import { describe, expect, it } from 'vitest';
import { decode } from '../../src/dynamics/decode.ts';
import { loadMapping, parseMapping } from '../../src/dynamics/mapping.ts';
import { translate } from '../../src/dynamics/translate.ts';
import { contextJson, entityJson } from './context-json.ts';

const TABLE = 'msdyn_resourceassignment';
const USER = '11111111-aaaa-4aaa-8aaa-000000000001';
const OTHER = '11111111-aaaa-4aaa-8aaa-000000000002';

const option = (Value: number) => ({ __type: 'OptionSetValue:x', Value });
const lookup = (Id: string, Name: string | null = null) => ({
  __type: 'EntityReference:x',
  Id,
  LogicalName: 'x',
  Name,
});

const mapping = (over: object) =>
  parseMapping(
    {
      table: TABLE,
      user: { column: 'new_user' },
      workspace: { column: 'new_workspace', take: 'value' },
      allocation: [{ rule: 'constant', percentage: 25 }],
      ...over,
    },
    'test',
  );

const BASE = { new_user: lookup(USER), new_workspace: 'W', statecode: option(0), versionnumber: 3 };

function translated(over: object, columns: object, message = 'Create', before: object = {}) {
  const image = (values: object) => entityJson({ ...BASE, ...values });
  const json = contextJson({
    MessageName: message,
    InputParameters: [{ key: 'Target', value: entityJson({ new_user: lookup(USER) }) }],
    PreEntityImages: message === 'Create' ? [] : [{ key: 'PreImage', value: image(before) }],
    PostEntityImages: [{ key: 'PostImage', value: image(columns) }],
  });
  const decoded = decode(Buffer.from(JSON.stringify(json)), {});
  if (decoded.outcome === 'deadLetter') throw new Error(decoded.description);
  return translate(decoded.context, mapping(over));
}

const put = (over: object) => ({ outcome: 'apply', changes: [{ kind: 'put', ...over }] });
const excluded = { outcome: 'skip', reason: 'excluded' };

describe('only', () => {
  const hard = { only: { column: 'new_kind', in: [1, 2] } };
  const notCancelled = { only: { column: 'new_kind', notIn: [4] } };

  it('"in" counts rows with one of the values, not those whose column is empty or missing', () => {
    expect(translated(hard, { new_kind: option(2) })).toMatchObject(put({ user: USER }));
    for (const columns of [{ new_kind: option(3) }, { new_kind: null }, {}])
      expect(translated(hard, columns)).toEqual(excluded);
  });

  it('"notIn" counts all others, also those whose column is empty or missing', () => {
    for (const columns of [{ new_kind: option(3) }, { new_kind: null }, {}])
      expect(translated(notCancelled, columns)).toMatchObject(put({ user: USER }));
    expect(translated(notCancelled, { new_kind: option(4) })).toEqual(excluded);
  });

  it('takes a row away that no longer fits, from whoever has it and had it', () => {
    expect(translated(notCancelled, { new_kind: option(4) }, 'Update')).toMatchObject({
      outcome: 'apply',
      changes: [{ kind: 'remove', user: USER, why: 'excluded', workspace: 'W', version: { number: 3 } }],
    });
    expect(
      translated(notCancelled, { new_kind: option(4) }, 'Update', { new_user: lookup(OTHER) }),
    ).toMatchObject({
      changes: [
        { kind: 'remove', user: OTHER, why: 'moved' },
        { kind: 'remove', user: USER, why: 'excluded' },
      ],
    });
  });

  it('goes before the allocation: a cancelled row needs no hours', () => {
    const needsHours = { ...notCancelled, allocation: [{ rule: 'percentage', column: 'new_percent' }] };
    expect(translated(needsHours, { new_kind: option(4) })).toEqual(excluded);
  });

  it('wants a choice', () => {
    expect(translated(hard, { new_kind: 'Hard' })).toMatchObject({
      reason: 'MappingFailed',
      description: expect.stringContaining('new_kind is no choice'),
    });
  });

  it('keeps cancelled assignments of Project Service Automation out, and nothing else', () => {
    expect(loadMapping('resource-assignment').only).toEqual({
      column: 'msdyn_committype',
      notIn: [192_350_004],
    });
    expect(loadMapping('project-team').only).toBeUndefined();
  });
});

describe('ids', () => {
  it('the value of a choice', () => {
    expect(translated({}, { new_workspace: option(100_000_003) })).toMatchObject(
      put({ workspace: '100000003' }),
    );
  });

  it('one workspace for all rows', () => {
    const fixed = { workspace: { value: 'CONSULTING' } };
    expect(translated(fixed, { new_workspace: undefined })).toMatchObject(put({ workspace: 'CONSULTING' }));
    const guid = { workspace: { value: '{22222222-BBBB-4BBB-8BBB-000000000001}' } };
    expect(translated(guid, {})).toMatchObject(put({ workspace: '22222222-bbbb-4bbb-8bbb-000000000001' }));
  });

  it('without blanks at the ends, and in lower case', () => {
    const tidy = { workspace: { column: 'new_workspace', take: 'value', trim: true, lowerCase: true } };
    expect(translated(tidy, { new_workspace: '  Kim@Example.COM\t' })).toMatchObject(
      put({ workspace: 'kim@example.com' }),
    );
    const named = { workspace: { column: 'new_project', take: 'name', trim: true } };
    expect(translated(named, { new_project: lookup(OTHER, ' Bridge ') })).toMatchObject(
      put({ workspace: 'Bridge', workspaceName: ' Bridge ' }),
    );
  });

  it('with blanks at the ends, and no trim, name the option', () => {
    expect(translated({}, { new_workspace: 'W ' })).toMatchObject({
      reason: 'MappingFailed',
      description: expect.stringContaining('new_workspace begins or ends with blanks ("trim": true'),
    });
  });

  // JSON has rounded the number before anybody sees it, no URL carries half a character: somebody else
  // would be meant.
  it.each([
    ['a number of 19 digits', 7.3e18, 'new_number is a number above 2^53'],
    ['half of a character at the end', 'E-17\ud83d', 'new_number holds half of a character'],
  ])('with %s mean nobody', (_what, new_number, problem) => {
    const numbered = { user: { column: 'new_number', take: 'value' } };
    expect(translated(numbered, { new_number })).toMatchObject({
      reason: 'MappingFailed',
      description: expect.stringContaining(problem),
    });
  });
});
