import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readReply } from '../../src/cor/reply.ts';

const workspace = (id: unknown, percentage: unknown) => ({
  id: 1,
  name: 'Marketing Team',
  json_integrations: { origin_external_id: id },
  pivot: { workspace_id: 1, user_id: 2, percentage },
});
const user = (...workspaces: unknown[]) => ({ id: 2, name: 'Ada', email: 'ada@example.com', workspaces });
const read = (body: unknown) => readReply('attach', 200, body, []);
const percentages = (body: unknown) => {
  const { workspaces } = read(body);
  return workspaces && Object.fromEntries(workspaces);
};

describe('the workspaces of a reply', () => {
  const one = user(workspace('w-1', 10));
  it.each([
    ['at the top level', one],
    ['under data', { statusCode: 200, status: 'success', data: one }],
    ['under user', { user: one }],
    ['under data.user', { data: { user: one } }],
  ])('are found %s', (_where, body) => {
    expect(percentages(body)).toEqual({ 'w-1': 10 });
    expect(read(body).problems).toEqual([]);
  });

  it('have numbers or numeric text as percentages', () => {
    expect(percentages(user(workspace('a', '12.50'), workspace('b', 0), workspace('c', 33.33)))).toEqual({
      a: 12.5,
      b: 0,
      c: 33.33,
    });
  });

  it('are left out when they were made by hand, or carry no percentage', () => {
    const list = [
      { ...workspace('x', 1), json_integrations: null },
      { ...workspace('no-pivot', 1), pivot: undefined },
      workspace('null', null),
      workspace('text', 'ten'),
      workspace('empty', ' '),
      workspace(17, 1),
      null,
      'text',
      workspace('w-1', 5),
    ];
    expect(percentages(user(...list))).toEqual({ 'w-1': 5 });
  });

  it('are keyed by GUIDs in lower case without braces', () => {
    expect(percentages(user(workspace('{9F8B7A60-1C2D-4E3F-8A9B-0C1D2E3F4A5B}', 5)))).toEqual({
      '9f8b7a60-1c2d-4e3f-8a9b-0c1d2e3f4a5b': 5,
    });
  });

  it('are unproven where a workspace is named twice with different percentages', () => {
    const twice = (...shares: number[]) => percentages(user(...shares.map((one) => workspace('w-1', one))));
    expect(twice(10, 20)).toEqual({ 'w-1': Number.NaN });
    expect(twice(10, 20, 20)).toEqual({ 'w-1': Number.NaN });
    expect(twice(10, 10)).toEqual({ 'w-1': 10 });
  });

  it('may be none', () => {
    expect(percentages(user())).toEqual({});
  });

  it.each([[''], [null], ['<html></html>'], [[]], [{ id: 1 }], [{ workspaces: {} }], [{ data: null }]])(
    'are unknown in %j',
    (body) => {
      expect(read(body).workspaces).toBeUndefined();
    },
  );
});

describe('failures inside a 2xx', () => {
  it.each([
    [
      'a list of items',
      {
        ...user(),
        errors: [{ id: 'w-9', error_code: 'CE001', message: 'Workspace not found in associations' }],
      },
      'unmapped',
      /w-9: Workspace not found/,
    ],
    [
      'the list under data',
      { data: { ...user(), errors: [{ code: 'UT011', message: 'x' }] } },
      'alreadyAttached',
      /already attached/,
    ],
    ['a list of texts', { errors: ['WorkspaceNotFoundError: w-9'] }, 'unmapped', /w-9/],
    [
      'an object of errors',
      { errors: { field: 'workspaces', validation: 'required', message: 'bad' } },
      'validation',
      /bad/,
    ],
    [
      'partial success without a list',
      { ...user(), status: 'partial_success' },
      'rejected',
      /did not do everything/,
    ],
    ['a whole error body', { status: 'ERROR', code: 'FS003', message: 'no' }, 'rejected', /FS003/],
    ['an error with its own status', { status: 429, message: 'slow down' }, 'transient', /slow down/],
    ['a wrapped status', { statusCode: 400, data: null, message: 'no' }, 'transient', /no/],
    ['an error name', { error: 'UserNotFoundError', message: 'nobody' }, 'unmapped', /nobody/],
    [
      'a bare list of complaints',
      [{ field: 'workspaces', validation: 'required', message: 'required' }],
      'validation',
      /required/,
    ],
  ])('are read from %s', (_shape, body, expectedClass, description) => {
    expect(read(body).problems).toMatchObject([
      { class: expectedClass, description: expect.stringMatching(description) },
    ]);
  });

  it.each([
    [{ ...user(), errors: [] }],
    [{ ...user(), errors: null, error: null }],
    [{ ...user(), status: 'ACTIVE' }],
    [[workspace('w-1', 1)]],
  ])('are not seen in %j', (body) => {
    expect(read(body).problems).toEqual([]);
  });

  it('are bounded in number', () => {
    const errors = Array.from({ length: 1_000 }, () => ({ code: 'CE001', message: 'x' }));
    expect(read({ errors }).problems).toHaveLength(50);
  });

  it('never make reading fail, whatever the JSON', () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.constantFrom('workspaces', 'errors', 'data', 'user', 'status'),
        (value, key) => {
          read(value);
          read({ [key]: value });
          read({ workspaces: [value, { json_integrations: value, pivot: value }] });
        },
      ),
    );
  });
});
