import { describe, expect, it } from 'vitest';
import { decode } from '../../src/dynamics/decode.ts';
import { loadMapping } from '../../src/dynamics/mapping.ts';
import { translate } from '../../src/dynamics/translate.ts';
import { contextJson } from './context-json.ts';

const mapping = loadMapping('resource-assignment');

function outcomeOf(MessageName: string, over: object = {}): string {
  const decoded = decode(Buffer.from(JSON.stringify(contextJson({ MessageName, ...over }))), {});
  if (decoded.outcome === 'deadLetter') return decoded.reason;
  const translated = translate(decoded.context, mapping);
  return translated.outcome === 'skip' ? translated.reason : translated.outcome;
}

describe('messages of the platform that are not Create, Update or Delete', () => {
  // Owner and state changes also come as an Update; bulk calls fire the steps on Create and Update once for each row.
  for (const name of [
    'Assign',
    'SetState',
    'SetStateDynamicEntity',
    'Merge',
    'Associate',
    'new_CustomAction',
  ])
    it(`${name} is left alone`, () => {
      expect(outcomeOf(name)).toBe('otherMessage');
    });

  // They change rows of our table, and the step is on the wrong message: an operator is told.
  for (const name of ['CreateMultiple', 'UpdateMultiple', 'UpsertMultiple', 'DeleteMultiple', 'Upsert'])
    it(`${name} is not read`, () => {
      expect(outcomeOf(name)).toBe('unreadMessage');
      expect(outcomeOf(name, { PrimaryEntityName: 'account' })).toBe('otherTable');
    });

  it('are not read with a Targets collection in place of the Target, and no images', () => {
    const targets = {
      __type: 'EntityCollection:http://schemas.microsoft.com/xrm/2011/Contracts',
      EntityName: mapping.table,
      Entities: [],
    };
    expect(
      outcomeOf('UpdateMultiple', {
        InputParameters: [{ key: 'Targets', value: targets }],
        PreEntityImages: [],
        PostEntityImages: [],
      }),
    ).toBe('unreadMessage');
  });

  it('are refused when they are of Finance & Operations', () => {
    for (const name of ['OnExternalCreated', 'OnExternalUpdated', 'OnExternalDeleted'])
      expect(outcomeOf(name)).toBe('NotRemoteExecutionContext');
  });
});

describe('where in the pipeline the step stands', () => {
  // A synchronous step or an earlier stage is not advised, but what it says of the row is the same.
  for (const [Mode, Stage] of [
    [0, 40],
    [1, 40],
    [0, 20],
    [1, 10],
  ])
    it(`does not matter: mode ${Mode}, stage ${Stage}`, () => {
      expect(outcomeOf('Update', { Mode, Stage })).toBe(outcomeOf('Update'));
    });
});
