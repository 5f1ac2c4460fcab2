import { describe, expect, it } from 'vitest';
import { lookup, MAPPING, NEW, OLD, row, translated } from './assignment-event.ts';

const moved = { msdyn_bookableresourceid: lookup(NEW) };
const before = row({ msdyn_bookableresourceid: lookup(OLD) });

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
