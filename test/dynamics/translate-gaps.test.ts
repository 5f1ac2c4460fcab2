import { describe, expect, it } from 'vitest';
import {
  type EventParts,
  lookup,
  MAPPING,
  NEW,
  OLD,
  option,
  RECORD,
  refusalOf,
  row,
  translated,
} from './assignment-event.ts';

const moved = { msdyn_bookableresourceid: lookup(NEW) };
const before = row({ msdyn_bookableresourceid: lookup(OLD) });
const missing = { outcome: 'deadLetter', reason: 'MissingImage' };

describe('a post image without the user', () => {
  const post = row({ msdyn_bookableresourceid: undefined });

  it('is unassigned when the Target or the image says so', () => {
    const unassigned = { outcome: 'apply', changes: [{ kind: 'remove', user: OLD, why: 'unassigned' }] };
    expect(translated({ target: { msdyn_bookableresourceid: null }, pre: before, post })).toMatchObject(
      unassigned,
    );
    const empty = row({ msdyn_bookableresourceid: null });
    expect(translated({ target: { msdyn_effort: 1 }, pre: before, post: empty })).toMatchObject(unassigned);
  });

  it('was registered wrongly when the Target fills it, or does not change what the pre image has', () => {
    for (const update of [
      { target: moved, pre: before, post },
      { target: { msdyn_effort: 1 }, pre: before, post },
    ])
      expect(translated(update)).toMatchObject({
        outcome: 'incomplete',
        why: 'wronglySelected',
        otherwise: missing,
      });
  });

  it('was registered wrongly when it also lacks the workspace, or all of state and version', () => {
    for (const lacking of [
      { msdyn_projectid: undefined },
      { statecode: undefined, versionnumber: undefined, modifiedon: undefined },
    ])
      expect(translated({ target: { msdyn_effort: 1 }, post: { ...post, ...lacking } })).toMatchObject({
        outcome: 'incomplete',
        why: 'wronglySelected',
        otherwise: missing,
      });
  });

  it('may be unassigned when it lacks only the user', () => {
    for (const message of ['Create', 'Update'])
      expect(translated({ target: { msdyn_effort: 1 }, post }, { message })).toMatchObject({
        outcome: 'incomplete',
        why: 'perhapsUnassigned',
        otherwise: { outcome: 'skip', reason: 'unassigned' },
      });
  });
});

describe('a pre image without the user', () => {
  it('was registered wrongly on a move when it lacks what every row has', () => {
    expect(translated({ target: moved, pre: { msdyn_name: 'x' }, post: row() })).toMatchObject({
      outcome: 'incomplete',
      why: 'wronglySelected',
      otherwise: { outcome: 'apply', changes: [{ kind: 'put', user: NEW }], rest: missing },
    });
  });

  it('does not matter when the Target does not change the user', () => {
    expect(translated({ target: { msdyn_effort: 1 }, pre: {}, post: row() })).toMatchObject({
      outcome: 'apply',
      changes: [{ kind: 'put' }],
    });
  });

  it('is a skip of its own on a Delete that lacks nothing else', () => {
    const pre = row({ msdyn_bookableresourceid: undefined });
    expect(translated({ pre }, { message: 'Delete' })).toEqual({
      outcome: 'skip',
      reason: 'unassignedDelete',
    });
  });
});

describe('a put needs to know that the row is active', () => {
  const post = row({ statecode: undefined });

  it('from the image or the Target', () => {
    expect(translated({ target: { msdyn_effort: 1 }, post })).toMatchObject({
      why: 'wronglySelected',
      otherwise: missing,
    });
    expect(translated({ target: { statecode: option(0) }, post })).toMatchObject({
      changes: [{ kind: 'put' }],
    });
    expect(translated({ target: { statecode: option(1) }, post })).toMatchObject({
      changes: [{ kind: 'remove', why: 'deactivated' }],
    });
  });

  it('unless the table has no states', () => {
    const mapping = { ...MAPPING, state: 'none' as const };
    expect(translated({ target: { msdyn_effort: 1 }, post }, { mapping })).toMatchObject({
      changes: [{ kind: 'put' }],
    });
  });
});

describe('images that were registered with too few columns', () => {
  const empty = { msdyn_name: 'Site visits' };
  const everyRow = 'msdyn_bookableresourceid, msdyn_projectid, statecode, versionnumber, modifiedon';

  it.each<[string, string, EventParts, string]>([
    [
      'an Update whose images select nothing of use',
      'Update',
      { target: { msdyn_effort: 64 }, pre: empty, post: empty },
      `the post image "PostImage" does not select ${everyRow}.`,
    ],
    [
      'a deactivation whose images do not say of whom and where',
      'Update',
      {
        target: { statecode: option(1) },
        pre: { statecode: option(0) },
        post: { statecode: option(1), modifiedon: '/Date(1772445600000)/' },
      },
      'the post image "PostImage" does not select msdyn_bookableresourceid, msdyn_projectid.',
    ],
    [
      'a row that may be inactive',
      'Update',
      {
        target: { msdyn_effort: 64 },
        pre: row({ statecode: undefined }),
        post: row({ statecode: undefined }),
      },
      'the post image "PostImage" does not select statecode.',
    ],
    [
      'a Delete that does not say whose row it was',
      'Delete',
      { pre: { msdyn_resourceassignmentid: RECORD } },
      'the pre image "PreImage" does not select msdyn_bookableresourceid',
    ],
  ])('neither skip nor attach: %s', (_what, message, parts, problem) => {
    const result = translated(parts, { message });
    expect(result).toMatchObject({
      outcome: 'incomplete',
      why: 'wronglySelected',
      record: RECORD,
      otherwise: missing,
    });
    expect(refusalOf(result)).toContain(`${message} of msdyn_resourceassignment ${RECORD}: ${problem}`);
  });
});
