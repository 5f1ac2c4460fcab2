import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decode } from '../../src/dynamics/decode.ts';
import type { ExecutionContext } from '../../src/dynamics/execution-context.ts';
import { loadMapping } from '../../src/dynamics/mapping.ts';
import { translate } from '../../src/dynamics/translate.ts';
import { readColumn, type Value } from '../../src/dynamics/value.ts';

const CAPTURES = new URL('../../../shared/samples/dynamics/', import.meta.url);

const decoded = (file: string) =>
  decode(readFileSync(new URL(file, CAPTURES)), { contentType: 'application/json' });

function contextOf(file: string): ExecutionContext {
  const result = decoded(file);
  if (result.outcome === 'deadLetter') throw new Error(result.description);
  return result.context;
}

function target({ target: found }: ExecutionContext, column: string): Value | undefined {
  if (found?.kind !== 'entity') throw new Error('The Target is no entity.');
  return readColumn(found, column);
}

// Messages of real systems, collected outside this repository.
describe.runIf(existsSync(CAPTURES))('messages that were captured from Dataverse', () => {
  it('a Create with a column of every type', () => {
    const context = contextOf('01-create-alltypes-async-postimage.json');
    expect(context).toMatchObject({
      messageName: 'Create',
      primaryEntityName: 'albxrm_alltypes',
      primaryEntityId: '44bfc2a7-903e-eb11-a813-000d3ad9c2e1',
      requestId: '3fab629b-b795-4834-a2ca-5a09b2cc6934',
      operationId: '45bfc2a7-903e-eb11-a813-000d3ad9c2e1',
      organizationName: '0ba4ce62d2d64681bc25b3bfb695d4d6',
      depth: 1,
      stage: 40,
      mode: 1,
      operationCreatedOn: 1_608_007_658_000,
    });
    const columns = [
      'albxrm_twooptions',
      'albxrm_wholenumber',
      'albxrm_decimal',
      'albxrm_currency',
      'albxrm_optionset',
      'albxrm_multiselectoptionset',
      'albxrm_dateandtime',
      'modifiedonbehalfby',
      'albxrm_lookupaccount',
      'albxrm_alltypesid',
      'albxrm_nosuchcolumn',
    ];
    expect(columns.map((column) => target(context, column))).toEqual([
      { kind: 'boolean', value: true },
      { kind: 'number', value: 987_654_321 },
      { kind: 'number', value: 10.01 },
      { kind: 'money', value: 2154.32 },
      { kind: 'optionSet', value: 257_760_001 },
      { kind: 'optionSets', values: [257_760_001, 257_760_002] },
      { kind: 'date', value: 1_608_015_600_000 },
      { kind: 'null' },
      { kind: 'entityReference', id: 'b76b3f4b-1be7-e611-8101-e0071b6af231', logicalName: 'account' },
      { kind: 'guid', value: '44bfc2a7-903e-eb11-a813-000d3ad9c2e1' },
      undefined,
    ]);
    // The automatic image is all that was there.
    expect(context.postImages.size).toBe(0);
  });

  it('an Update of changed columns, created at a time that contradicts itself', () => {
    const context = contextOf('02-update-contact-async.json');
    expect(context.messageName).toBe('Update');
    expect(context.requestId).toBeUndefined();
    expect(context.operationCreatedOn).toBeUndefined();
    expect(target(context, 'firstname')).toEqual({ kind: 'string', value: 'James' });
    expect(target(context, 'modifiedon')).toEqual({ kind: 'date', value: 1_506_384_247_000 });
    expect(target(context, 'lastname')).toBeUndefined();
  });

  it('a Create with a post image of its own alias, and a query among its parameters', () => {
    const context = contextOf('06-create-spdocumentlocation-postimage.json');
    expect([...context.postImages.keys()]).toEqual(['PostImage']);
    const image = context.postImages.get('PostImage');
    expect(image && readColumn(image, 'regardingobjectid')).toMatchObject({
      kind: 'entityReference',
      logicalName: 'account',
      name: 'Mini test',
    });
    expect(context.operationCreatedOn).toBeUndefined();
  });

  it('an Update with wrapped GUIDs and dates', () => {
    const context = contextOf('08-update-account-typed-guid-datetime.json');
    expect(target(context, 'accountid')).toEqual({
      kind: 'guid',
      value: 'ec4e2f7d-9d60-e811-a95a-000d3af24950',
    });
    expect(target(context, 'modifiedon')).toEqual({ kind: 'date', value: 1_527_757_524_000 });
    expect(context).toMatchObject({ mode: 0, operationCreatedOn: 1_527_757_530_151 });
  });

  it('an Update with a row version', () => {
    const context = contextOf('09-update-agentstatus-async-rowversion.json');
    expect(target(context, 'msdyn_isagentloggedin')).toEqual({ kind: 'boolean', value: true });
    expect(context.organizationName).toBe('unq6042beb1a93aef118e4b00224802c');
  });

  it('a Delete, with nothing but the id of the row', () => {
    const context = contextOf('14-delete-account-sync.json');
    expect(context.messageName).toBe('Delete');
    expect(context.target).toEqual({
      kind: 'entityReference',
      id: '01b5eeb5-455e-ee11-be6f-000d3a1aaa29',
      logicalName: 'account',
    });
  });

  for (const file of [
    '01-create-alltypes-async-postimage.json',
    '02-update-contact-async.json',
    '06-create-spdocumentlocation-postimage.json',
    '08-update-account-typed-guid-datetime.json',
    '09-update-agentstatus-async-rowversion.json',
    '14-delete-account-sync.json',
  ])
    it(`${file} is of another table for both presets`, () => {
      for (const preset of ['resource-assignment', 'project-team'])
        expect(translate(contextOf(file), loadMapping(preset))).toEqual({
          outcome: 'skip',
          reason: 'otherTable',
        });
    });

  it('events of Finance & Operations are refused by name', () => {
    expect(decoded('15-fo-data-event-onexternalcreated.json')).toMatchObject({
      reason: 'NotRemoteExecutionContext',
      description: expect.stringContaining('Finance & Operations data event'),
    });
    expect(decoded('16-fo-business-event-customer.json')).toMatchObject({
      reason: 'NotRemoteExecutionContext',
      description: expect.stringContaining('Finance & Operations business event'),
    });
  });
});
