import { describe, expect, it } from 'vitest';
import { decode } from '../../src/dynamics/decode.ts';
import { loadMapping } from '../../src/dynamics/mapping.ts';
import { translate } from '../../src/dynamics/translate.ts';
import { contextJson, entityJson } from './context-json.ts';

const MAPPING = loadMapping('resource-assignment');
const OLD = '11111111-aaaa-4aaa-8aaa-000000000001';
const NEW = '11111111-aaaa-4aaa-8aaa-000000000002';
const PROJECT = '22222222-bbbb-4bbb-8bbb-000000000001';

const lookup = (Id: string, Name: string | null = null) => ({
  __type: 'EntityReference:http://schemas.microsoft.com/xrm/2011/Contracts',
  Id,
  LogicalName: 'any',
  Name,
});
const option = (Value: number) => ({
  __type: 'OptionSetValue:http://schemas.microsoft.com/xrm/2011/Contracts',
  Value,
});

const row = (over: object = {}) => ({
  msdyn_bookableresourceid: lookup(NEW, 'Ann'),
  msdyn_projectid: lookup(PROJECT),
  msdyn_effort: 40,
  msdyn_start: '/Date(1772438400000)/',
  msdyn_finish: '/Date(1773417600000)/',
  statecode: option(0),
  versionnumber: 7,
  modifiedon: '/Date(1772445600000)/',
  ...over,
});

/** Undefined columns are left out, as an image leaves out what is empty. */
const entity = (columns: object) =>
  entityJson(Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined)));

interface Update {
  readonly target?: object;
  readonly pre?: object;
  readonly post?: object;
}

function translated({ target, pre, post }: Update, { message = 'Update', mapping = MAPPING } = {}) {
  const decoded = decode(
    Buffer.from(
      JSON.stringify(
        contextJson({
          MessageName: message,
          InputParameters: target ? [{ key: 'Target', value: entity(target) }] : [{ key: 'Other', value: 1 }],
          PreEntityImages: pre ? [{ key: 'PreImage', value: entity(pre) }] : [],
          PostEntityImages: post ? [{ key: 'PostImage', value: entity(post) }] : [],
        }),
      ),
    ),
    {},
  );
  if (decoded.outcome === 'deadLetter') throw new Error(decoded.description);
  return translate(decoded.context, mapping);
}

const moved = { msdyn_bookableresourceid: lookup(NEW) };
const before = row({ msdyn_bookableresourceid: lookup(OLD) });
const missing = { outcome: 'deadLetter', reason: 'MissingImage' };

describe('a row that moves is two changes, and each stands alone', () => {
  it('the removal is applied although the new state cannot be mapped', () => {
    expect(translated({ target: moved, pre: before, post: row({ msdyn_finish: undefined }) })).toEqual({
      outcome: 'apply',
      changes: [
        expect.objectContaining({
          kind: 'remove',
          user: OLD,
          why: 'moved',
          version: { number: 7, modifiedOn: 1_772_445_600_000 },
        }),
      ],
      rest: expect.objectContaining({
        reason: 'MappingFailed',
        description: expect.stringContaining('msdyn_finish'),
      }),
    });
  });

  it('the removal is applied although the new user cannot be used', () => {
    const post = row({ msdyn_bookableresourceid: lookup('00000000-0000-0000-0000-000000000000') });
    expect(translated({ target: moved, pre: before, post })).toMatchObject({
      outcome: 'apply',
      changes: [{ kind: 'remove', user: OLD }],
      rest: { reason: 'MappingFailed' },
    });
  });

  it('the put is applied although the old user cannot be used', () => {
    const pre = row({ msdyn_bookableresourceid: lookup('00000000-0000-0000-0000-000000000000') });
    expect(translated({ target: moved, pre, post: row() })).toMatchObject({
      outcome: 'apply',
      changes: [{ kind: 'put', user: NEW }],
      rest: { reason: 'MappingFailed', description: expect.stringContaining('pre image "PreImage"') },
    });
  });

  it('the put is applied although there is no pre image, and the row is to be read', () => {
    expect(translated({ target: moved, post: row() })).toMatchObject({
      outcome: 'incomplete',
      why: 'missingImage',
      users: [NEW],
      otherwise: {
        outcome: 'apply',
        changes: [{ kind: 'put', user: NEW }],
        rest: { reason: 'MissingImage' },
      },
    });
  });

  it('the removal is applied although nobody says whether the row is active', () => {
    expect(translated({ target: moved, pre: before, post: row({ statecode: undefined }) })).toMatchObject({
      outcome: 'incomplete',
      why: 'wronglySelected',
      users: [OLD, NEW],
      otherwise: {
        outcome: 'apply',
        changes: [{ kind: 'remove', user: OLD }],
        rest: { reason: 'MissingImage' },
      },
    });
  });

  it('a lookup without a name is still the same user', () => {
    const mapping = { ...MAPPING, user: { ...MAPPING.user, take: 'name' as const } };
    const pre = row({ msdyn_bookableresourceid: lookup(NEW) });
    expect(translated({ target: moved, pre, post: row() }, { mapping })).toMatchObject({
      outcome: 'apply',
      changes: [{ kind: 'put', user: 'Ann' }],
    });
    expect(translated({ target: moved, pre, post: row() }, { mapping })).not.toHaveProperty('rest');
  });
});

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

describe('a truncated message', () => {
  it('is incomplete when it is ours, and names the row', () => {
    const decoded = decode(
      Buffer.from(
        JSON.stringify(contextJson({ InputParameters: [], PreEntityImages: [], PostEntityImages: [] })),
      ),
      {},
    );
    if (decoded.outcome === 'deadLetter') throw new Error(decoded.description);
    const { primaryEntityId } = decoded.context;
    expect(translate(decoded.context, MAPPING)).toMatchObject({
      outcome: 'incomplete',
      why: 'truncated',
      record: primaryEntityId,
      users: [],
      otherwise: {
        reason: 'TruncatedMessage',
        description: expect.stringContaining(`Update of msdyn_resourceassignment ${primaryEntityId}`),
      },
    });
    const other = { ...decoded.context, primaryEntityName: 'account' };
    expect(translate(other, MAPPING)).toEqual({ outcome: 'skip', reason: 'otherTable' });
  });
});
