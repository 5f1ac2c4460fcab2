import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decode } from '../../src/dynamics/decode.ts';
import { loadMapping, type Mapping, parseMapping } from '../../src/dynamics/mapping.ts';
import { translate } from '../../src/dynamics/translate.ts';
import { type Translation, withoutReading } from '../../src/dynamics/translation.ts';

const CASES = new URL('../../../shared/samples/cases/', import.meta.url);
const RESTORED = '0c0ffee0-0000-4000-8000-000000000002';
const ROW = '0c0ffee0-0000-4000-8000-000000000009';
const SOMEBODY = '20d6c3cc-5f59-4733-a571-be96ba510898';

const read = (name: string) => readFileSync(new URL(`${name}.json`, CASES));

function translated(name: string, mapping: Mapping = loadMapping('resource-assignment')): Translation {
  const decoded = decode(read(name), { contentType: 'application/json' });
  return decoded.outcome === 'decoded' ? translate(decoded.context, mapping) : decoded;
}

const ownMapping = (name: string, over: object = {}) =>
  parseMapping({ ...JSON.parse(read(`${name}.mapping`).toString()), ...over }, name);

function descriptionOf(translation: Translation): string {
  const settled = withoutReading(translation);
  const letter = settled.outcome === 'apply' ? settled.rest : settled;
  return letter?.outcome === 'deadLetter' ? `${letter.reason}: ${letter.description}` : 'no dead letter';
}

// Written by others after what users met, outside this repository.
describe.runIf(existsSync(CASES))('cases that users met', () => {
  it('a restored row: the Restore has to be read, whatever images it has', () => {
    expect(translated('06-restored-3-restore')).toMatchObject({
      outcome: 'incomplete',
      why: 'restored',
      record: RESTORED,
      users: [SOMEBODY],
      otherwise: { reason: 'MissingImage' },
    });
    expect(descriptionOf(translated('06-restored-3-restore'))).toContain(RESTORED);
  });

  it.each([
    ['06-restored-1-create', 'put', 1_000],
    ['06-restored-2-delete', 'remove', 1_000],
    ['06-restored-4-create-again', 'put', 2_000],
    ['06-restored-5-update', 'put', 2_100],
  ])('a restored row: %s is a %s with its own number', (name, kind, number) => {
    expect(translated(name)).toMatchObject({ outcome: 'apply', changes: [{ kind, version: { number } }] });
  });

  it.each([
    [
      '07-deactivated-images-without-user',
      'post image "PostImage" does not select msdyn_bookableresourceid, msdyn_projectid',
    ],
    [
      '07-images-without-any-column-update',
      'post image "PostImage" does not select msdyn_bookableresourceid, msdyn_projectid, statecode, versionnumber, modifiedon',
    ],
    ['07-inactive-row-image-without-state', 'post image "PostImage" does not select statecode'],
    ['07-pre-image-id-only-delete', 'pre image "PreImage" does not select msdyn_bookableresourceid'],
  ])('%s: never skipped, never attached', (name, problem) => {
    const result = translated(name);
    expect(result).toMatchObject({
      outcome: 'incomplete',
      why: 'wronglySelected',
      record: ROW,
      otherwise: { outcome: 'deadLetter', reason: 'MissingImage' },
    });
    expect(descriptionOf(result)).toContain(problem);
    expect(descriptionOf(result)).toContain(ROW);
  });

  it('a user id of 19 digits in a number column means nobody', () => {
    expect(descriptionOf(translated('08-number-id-19-digits', ownMapping('08-number-id')))).toMatch(
      /^MappingFailed: .*new_employeenumber is a number above 2\^53/,
    );
  });

  it('a user id that ends in half an emoji means nobody', () => {
    expect(descriptionOf(translated('09-lone-surrogate-in-id', ownMapping('09-lone-surrogate')))).toMatch(
      /^MappingFailed: .*new_employeenumber holds half of a character/,
    );
  });

  it('UpdateMultiple alone is not read', () => {
    expect(translated('10-updatemultiple-only')).toEqual({ outcome: 'skip', reason: 'unreadMessage' });
  });

  it('the organization is read, for whoever has to know it', () => {
    const decoded = decode(read('11-copied-sandbox'), {});
    const { OrganizationId } = JSON.parse(read('11-copied-sandbox').toString());
    expect(decoded).toMatchObject({ context: { organizationId: OrganizationId } });
  });

  it('a choice column serves as workspace', () => {
    const name = '12-wish-a-workspace-by-choice';
    expect(translated(name, ownMapping(name))).toMatchObject({
      outcome: 'apply',
      changes: [{ kind: 'put', workspace: expect.stringMatching(/^\d+$/) }],
    });
  });

  it('one fixed workspace', () => {
    const name = '12-wish-j-fixed-workspace';
    expect(translated(name, ownMapping(name))).toMatchObject({
      changes: [{ kind: 'put', workspace: 'CONSULTING' }],
    });
  });

  it('only hard bookings count', () => {
    const name = '12-wish-k-only-hard-booked';
    const allocation = [{ rule: 'percentage', column: 'new_percent' }];
    const only = { column: 'new_committype', in: [192_350_001] };
    expect(translated(name, ownMapping(name, { allocation, only }))).toEqual({
      outcome: 'skip',
      reason: 'excluded',
    });
  });

  it('a bare NaN in a column that nobody reads does no harm', () => {
    expect(translated('13-nan-in-a-foreign-column')).toMatchObject({
      outcome: 'apply',
      changes: [{ kind: 'put', allocation: { hours: 40 } }],
    });
  });
});
