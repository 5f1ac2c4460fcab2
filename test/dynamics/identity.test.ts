import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { decode } from '../../src/dynamics/decode.ts';
import { loadMapping, type Mapping, needsDataverse, parseMapping } from '../../src/dynamics/mapping.ts';
import { MappingError } from '../../src/dynamics/mapping-error.ts';
import { translate } from '../../src/dynamics/translate.ts';
import { isResolved, withoutReading } from '../../src/dynamics/translation.ts';
import { contextJson, entityJson } from './context-json.ts';

const ANN = '11111111-aaaa-4aaa-8aaa-000000000001';
const BOB = '11111111-aaaa-4aaa-8aaa-000000000002';
const PROJECT = '22222222-bbbb-4bbb-8bbb-000000000001';

const lookup = (Id: string, LogicalName: string) => ({
  __type: 'EntityReference:x',
  Id,
  LogicalName,
  Name: null,
});
const row = (user: string) => ({
  msdyn_bookableresourceid: lookup(user, 'bookableresource'),
  msdyn_projectid: lookup(PROJECT, 'msdyn_project'),
  new_email: ' Ann@Example.com ',
  statecode: { __type: 'OptionSetValue:x', Value: 0 },
  versionnumber: 3,
});

const json = (over: object = {}) => ({
  table: 'msdyn_resourceassignment',
  user: { column: 'msdyn_bookableresourceid' },
  workspace: { column: 'msdyn_projectid' },
  allocation: [{ rule: 'constant', percentage: 25 }],
  ...over,
});

function update(mapping: Mapping, before: string, after: string) {
  const image = (key: string, user: string) => [{ key, value: entityJson(row(user)) }];
  const target = entityJson({ msdyn_bookableresourceid: lookup(after, 'bookableresource') });
  const body = contextJson({
    InputParameters: [{ key: 'Target', value: target }],
    PreEntityImages: image('PreImage', before),
    PostEntityImages: image('PostImage', after),
  });
  const decoded = decode(Buffer.from(JSON.stringify(body)), {});
  if (decoded.outcome === 'deadLetter') throw new Error(decoded.description);
  return translate(decoded.context, mapping);
}

/** A folder with a mapping and the cross-reference that it names. */
function folderWith(file: string, content: string, user: object = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'cross-reference-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, file), content);
  const mapping = json({ user: { column: 'msdyn_bookableresourceid', crossReference: file, ...user } });
  writeFileSync(join(folder, 'mapping.json'), JSON.stringify(mapping));
  return join(folder, 'mapping.json');
}

function problemOf(file: string, content: string): string {
  try {
    loadMapping(folderWith(file, content));
  } catch (error) {
    if (error instanceof MappingError) return error.message;
  }
  return 'none';
}

describe('ids of related rows', () => {
  const related = parseMapping(
    json({
      user: {
        column: 'msdyn_bookableresourceid',
        lookup: ['UserId'],
        take: ['employeeid', 'internalemailaddress'],
        lowerCase: true,
      },
      workspace: { column: 'msdyn_projectid', take: ['msdyn_projectnumber'], trim: true },
    }),
    'test',
  );
  const user = (id: string) => ({
    table: 'bookableresource',
    id,
    path: {
      lookup: ['UserId'],
      take: ['employeeid', 'internalemailaddress'],
      persons: 'only',
      trim: false,
      lowerCase: true,
    },
  });
  const workspace = {
    table: 'msdyn_project',
    id: PROJECT,
    path: { lookup: [], take: ['msdyn_projectnumber'], persons: 'all', trim: true, lowerCase: false },
  };

  it('are named by the row that leads to them and the way from there', () => {
    expect(update(related, ANN, ANN)).toMatchObject({
      outcome: 'apply',
      changes: [{ kind: 'put', user: user(ANN), workspace }],
    });
  });

  it('tell a move as any id does', () => {
    expect(update(related, ANN, BOB)).toMatchObject({
      changes: [
        { kind: 'remove', user: user(ANN), why: 'moved', workspace },
        { kind: 'put', user: user(BOB) },
      ],
    });
  });

  it('have to be looked up before anything is applied', () => {
    expect(isResolved(withoutReading(update(related, ANN, BOB)))).toBe(false);
    expect(isResolved(withoutReading(update(loadMapping('resource-assignment'), ANN, BOB)))).toBe(true);
    expect([related, loadMapping('resource-assignment')].map(needsDataverse)).toEqual([true, false]);
  });

  it('are taken of everybody where the mapping says so', () => {
    const all = parseMapping(
      json({ user: { column: 'msdyn_bookableresourceid', take: ['name'], persons: 'all' } }),
      'test',
    );
    expect(all.user).toMatchObject({ from: 'related', path: { persons: 'all' } });
  });

  it('are the Entra object id of the person in the preset for that', () => {
    const { user: source, ...rest } = loadMapping('resource-assignment-entra');
    expect(source).toEqual({
      from: 'related',
      columns: ['msdyn_bookableresourceid'],
      path: {
        lookup: ['UserId'],
        take: ['azureactivedirectoryobjectid'],
        persons: 'only',
        trim: false,
        lowerCase: false,
      },
    });
    const { user: _, ...other } = loadMapping('resource-assignment');
    expect(rest).toEqual(other);
  });
});

describe('a cross-reference', () => {
  const csv = `dynamicsId,corId\r\n{${ANN.toUpperCase()}}, E-0042 \r\n\r\n`;

  it('gives COR ids by Dynamics ids, from CSV or JSON', () => {
    for (const [file, content] of [
      ['ids.csv', csv],
      ['ids.json', JSON.stringify({ [ANN]: 'E-0042' })],
    ] as const)
      expect(update(loadMapping(folderWith(file, content)), ANN, ANN)).toMatchObject({
        changes: [{ kind: 'put', user: 'E-0042' }],
      });
  });

  it('leaves alone what is not in it', () => {
    expect(update(loadMapping(folderWith('ids.csv', csv)), ANN, BOB)).toMatchObject({
      changes: [
        { kind: 'remove', user: 'E-0042' },
        { kind: 'put', user: BOB },
      ],
    });
  });

  it('goes before a look-up, and behind trim and lowerCase', () => {
    const related = folderWith('ids.csv', csv, { take: ['employeeid'] });
    expect(update(loadMapping(related), ANN, BOB)).toMatchObject({
      changes: [{ user: 'E-0042' }, { user: { table: 'bookableresource', id: BOB } }],
    });
    const text = folderWith('ids.json', JSON.stringify({ 'ann@example.com': 'E-0042' }), {
      column: 'new_email',
      take: 'value',
      trim: true,
      lowerCase: true,
    });
    expect(update(loadMapping(text), ANN, ANN)).toMatchObject({ changes: [{ user: 'E-0042' }] });
  });

  it.each([
    ['ids.csv', '', 'line 1 should be "dynamicsId,corId"'],
    ['ids.csv', `${ANN},E-1`, 'line 1 should be "dynamicsId,corId"'],
    ['ids.csv', `dynamicsId,corId\n${ANN}`, 'line 2 should be two ids with one comma'],
    ['ids.csv', `dynamicsId,corId\n${ANN},"a,b"`, 'line 2 should be two ids with one comma'],
    ['ids.csv', `dynamicsId,corId\n${ANN},`, 'line 2 has no COR id'],
    ['ids.csv', `dynamicsId,corId\n,E-1`, 'line 2 has no Dynamics id'],
    ['ids.csv', `dynamicsId,corId\n${ANN},E-1\n{${ANN}},E-2`, 'line 3 has a Dynamics id that stood before'],
    ['ids.json', '[]', 'it should be an object'],
    ['ids.json', `{"${ANN}":4711}`, 'entry 1 has no COR id'],
    ['ids.json', `{"${ANN}":"E-1","${ANN}":"E-2"}`, 'stand twice'],
    ['ids.json', `{"${ANN}":" secret"}`, 'entry 1 has a COR id that begins or ends with blanks'],
    ['ids.json', 'secret', 'is no JSON'],
  ])('%s that says %j is refused', (file, content, problem) => {
    expect(problemOf(file, content)).toContain(problem);
    expect(problemOf(file, content)).not.toContain('secret');
  });

  it('that is not there is named', () => {
    const mapping = json({ user: { column: 'msdyn_bookableresourceid', crossReference: 'none.csv' } });
    expect(() => parseMapping(mapping, 'test', tmpdir())).toThrow(
      /none\.csv" cannot be read \(ENOENT\)\. It is the "crossReference"/,
    );
  });
});
