import { expect, it } from 'vitest';
import { decode } from '../../src/dynamics/decode.ts';
import { translate } from '../../src/dynamics/translate.ts';
import { lookup, MAPPING, NEW, OLD, RECORD, refusalOf, row, translated } from './assignment-event.ts';
import { contextJson } from './context-json.ts';

it('a truncated message is incomplete when it is ours, and names the row', () => {
  const decoded = decode(
    Buffer.from(
      JSON.stringify(contextJson({ InputParameters: [], PreEntityImages: [], PostEntityImages: [] })),
    ),
    {},
  );
  if (decoded.outcome === 'deadLetter') throw new Error(decoded.description);
  expect(translate(decoded.context, MAPPING)).toMatchObject({
    outcome: 'incomplete',
    why: 'truncated',
    record: RECORD,
    users: [],
    otherwise: {
      reason: 'TruncatedMessage',
      description: expect.stringContaining(`Update of msdyn_resourceassignment ${RECORD}`),
    },
  });
  const other = { ...decoded.context, primaryEntityName: 'account' };
  expect(translate(other, MAPPING)).toEqual({ outcome: 'skip', reason: 'otherTable' });
});

it.each([
  ['no image', {}, []],
  ['a whole post image', { post: row() }, [NEW]],
  ['images of two users', { pre: row({ msdyn_bookableresourceid: lookup(OLD) }), post: row() }, [OLD, NEW]],
])(
  'a restored row has to be read, also with %s, which only says whom it may concern',
  (_what, parts, users) => {
    const result = translated(parts, { message: 'Restore' });
    expect(result).toMatchObject({ outcome: 'incomplete', why: 'restored', record: RECORD });
    expect(result.outcome === 'incomplete' && [...result.users].sort()).toEqual(users);
    expect(refusalOf(result)).toMatch(new RegExp(`^MissingImage: .*${RECORD}.*Change any column`));
  },
);
