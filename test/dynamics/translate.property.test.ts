import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decode } from '../../src/dynamics/decode.ts';
import { loadMapping } from '../../src/dynamics/mapping.ts';
import { translate } from '../../src/dynamics/translate.ts';
import { type Translation, withoutReading } from '../../src/dynamics/translation.ts';
import { contextJson, entityJson } from './context-json.ts';

const MAPPING = loadMapping('project-team');
const PERCENTAGE_CAPACITY = 192_350_004;
const RECORD = 'd5e1f0a2-7b44-4c0e-9a51-0c6b5f2e1a01';

interface Row {
  readonly user: string | null;
  readonly project: string;
  readonly percentage: number;
  readonly active: boolean;
  readonly version: number;
}

const guid = (digit: number) => `${String(digit).repeat(8)}-aaaa-4aaa-8aaa-aaaaaaaaaaaa`;

const row: fc.Arbitrary<Row> = fc.record({
  user: fc.constantFrom(null, guid(1), guid(2)),
  project: fc.constantFrom(guid(3), guid(4)),
  percentage: fc.integer({ min: 0, max: 10_000 }).map((hundredths) => hundredths / 100),
  active: fc.boolean(),
  version: fc.nat(),
});

const lookup = (id: string | null) =>
  id === null ? null : { __type: 'EntityReference:x', Id: id, LogicalName: 'x' };
const option = (Value: number) => ({ __type: 'OptionSetValue:x', Value });

const columns = ({ user, project, percentage, active, version }: Row) => ({
  msdyn_bookableresourceid: lookup(user),
  msdyn_project: lookup(project),
  msdyn_allocationmethod: option(PERCENTAGE_CAPACITY),
  msdyn_percentage: percentage,
  statecode: option(active ? 0 : 1),
  versionnumber: version,
});

function translated(message: string, before: Row | undefined, after: Row | undefined): Translation {
  const json = contextJson({
    MessageName: message,
    PrimaryEntityName: 'msdyn_projectteam',
    InputParameters: [
      { key: 'Target', value: entityJson({ msdyn_bookableresourceid: lookup(after?.user ?? null) }) },
    ],
    PreEntityImages: before ? [{ key: 'PreImage', value: entityJson(columns(before)) }] : [],
    PostEntityImages: after ? [{ key: 'PostImage', value: entityJson(columns(after)) }] : [],
  });
  const decoded = decode(Buffer.from(JSON.stringify(json)), {});
  if (decoded.outcome === 'deadLetter') throw new Error(decoded.description);
  return translate(decoded.context, MAPPING);
}

const changesOf = (translation: Translation) => {
  const settled = withoutReading(translation);
  if (settled.outcome === 'deadLetter') throw new Error(settled.description);
  return settled.outcome === 'apply' ? settled.changes : [];
};

describe('any update of a row', () => {
  it('gives it to the user who has it now and takes it from every other one, in that order reversed', () => {
    fc.assert(
      fc.property(row, row, (before, after) => {
        const changes = changesOf(translated('Update', before, after));
        const holder = after.active ? after.user : null;
        const users = new Set([before.user, after.user].filter((user) => user !== null));
        expect(new Set(changes.map(({ user }) => user))).toEqual(users);
        expect(changes).toHaveLength(users.size);
        for (const change of changes) {
          expect(change.kind).toBe(change.user === holder ? 'put' : 'remove');
          expect(change.record).toBe(RECORD);
          expect(change.version).toEqual({ number: after.version });
          if (change.kind === 'put')
            expect(change).toMatchObject({
              workspace: after.project,
              allocation: { percentage: after.percentage },
            });
        }
        // What is taken away goes first, so that a move never counts twice.
        expect(changes.findLastIndex(({ kind }) => kind === 'remove')).toBeLessThan(
          changes.some(({ kind }) => kind === 'put')
            ? changes.findIndex(({ kind }) => kind === 'put')
            : changes.length,
        );
      }),
    );
  });
});

describe('any creation and deletion of a row', () => {
  it('concerns the one user whom the row names', () => {
    fc.assert(
      fc.property(row, (one) => {
        const created = changesOf(translated('Create', undefined, one));
        const deleted = changesOf(translated('Delete', one, undefined));
        const user = one.user === null ? [] : [one.user];
        expect(created.map((change) => [change.user, change.kind])).toEqual(
          user.map((id) => [id, one.active ? 'put' : 'remove']),
        );
        expect(deleted).toEqual(
          user.map((id) => ({
            kind: 'remove',
            user: id,
            record: RECORD,
            workspace: one.project,
            why: 'deleted',
            version: { number: one.version },
          })),
        );
      }),
    );
  });
});
