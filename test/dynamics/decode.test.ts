import { describe, expect, it } from 'vitest';
import { decode } from '../../src/dynamics/decode.ts';
import type { ExecutionContext } from '../../src/dynamics/execution-context.ts';
import type { MessageEnvelope } from '../../src/dynamics/message-envelope.ts';
import { readColumn } from '../../src/dynamics/value.ts';
import { contextJson, entityJson } from './context-json.ts';

function contextOf(json: unknown, envelope: MessageEnvelope = {}): ExecutionContext {
  const decoded = decode(Buffer.from(JSON.stringify(json)), envelope);
  if (decoded.outcome === 'deadLetter') throw new Error(`${decoded.reason}: ${decoded.description}`);
  return decoded.context;
}

function reasonOf(json: unknown, envelope: MessageEnvelope = {}): string {
  const decoded = decode(Buffer.from(JSON.stringify(json)), envelope);
  if (decoded.outcome === 'deadLetter') return decoded.reason;
  return decoded.context.truncated ? 'truncated' : decoded.outcome;
}

describe('the execution context', () => {
  it('holds who, what and when', () => {
    const { target, preImages, postImages, ...rest } = contextOf(contextJson());
    expect(rest).toEqual({
      messageName: 'Update',
      primaryEntityName: 'msdyn_resourceassignment',
      primaryEntityId: 'd5e1f0a2-7b44-4c0e-9a51-0c6b5f2e1a01',
      correlationId: '33333333-cccc-4ccc-8ccc-000000000001',
      requestId: '33333333-cccc-4ccc-8ccc-000000000003',
      operationId: '33333333-cccc-4ccc-8ccc-000000000002',
      organizationName: 'unqexampleworks',
      depth: 2,
      stage: 40,
      mode: 1,
      operationCreatedOn: 1_772_445_600_000,
    });
    expect(target?.kind === 'entity' && readColumn(target, 'msdyn_effort')).toEqual({
      kind: 'number',
      value: 8,
    });
    expect([...preImages.keys()]).toEqual(['PreImage']);
    expect([...postImages.keys()]).toEqual(['PostImage']);
  });

  it('leaves out what the message does not tell, or tells in a form that could harm a header or a log line', () => {
    const odd = {
      RequestId: null,
      CorrelationId: 'x\r\nSet-Cookie: y',
      OperationId: 7,
      OrganizationName: 'a b\n',
      Depth: '1',
      Stage: 40.5,
      Mode: null,
    };
    const { OperationCreatedOn: _, ...json } = contextJson(odd);
    expect(Object.keys(contextOf(json)).sort()).toEqual([
      'messageName',
      'postImages',
      'preImages',
      'primaryEntityId',
      'primaryEntityName',
      'target',
    ]);
  });

  it('is no other for members that are not known', () => {
    const json = contextJson({
      InitiatingUserAgent: '',
      UserId: null,
      SomethingNew: { deep: [1, { er: null }] },
    });
    expect(contextOf(json)).toEqual(contextOf(contextJson()));
  });

  it('reads a Delete, whose Target is a reference', () => {
    const target = {
      __type: 'EntityReference:http://schemas.microsoft.com/xrm/2011/Contracts',
      Id: 'D5E1F0A2-7B44-4C0E-9A51-0C6B5F2E1A01',
      LogicalName: 'account',
      Name: null,
    };
    const json = contextJson({ MessageName: 'Delete', InputParameters: [{ key: 'Target', value: target }] });
    expect(contextOf(json).target).toEqual({
      kind: 'entityReference',
      id: 'd5e1f0a2-7b44-4c0e-9a51-0c6b5f2e1a01',
      logicalName: 'account',
    });
  });

  it('may have no Target, or one of another kind', () => {
    expect(contextOf(contextJson({ InputParameters: [{ key: 'Other', value: 1 }] })).target).toBeUndefined();
    expect(contextOf(contextJson({ InputParameters: [{ key: 'Target', value: 1 }] })).target).toBeUndefined();
    expect(contextOf(contextJson({ InputParameters: null })).target).toBeUndefined();
  });

  it('takes the row from the Target where it has the zero GUID itself', () => {
    const json = contextJson({ PrimaryEntityId: '00000000-0000-0000-0000-000000000000' });
    expect(contextOf(json).primaryEntityId).toBe('d5e1f0a2-7b44-4c0e-9a51-0c6b5f2e1a01');
  });

  it('has images by alias, but never the automatic one, nor what is no row', () => {
    const images = [
      { key: 'AsynchronousStepPrimaryName', value: entityJson({ msdyn_name: 'x' }) },
      { key: 'Mine', value: entityJson({ msdyn_name: 'y' }) },
      { key: 'Empty', value: null },
      { key: 'Odd', value: 'z' },
    ];
    const { preImages, postImages } = contextOf(
      contextJson({ PostEntityImages: images, PreEntityImages: images }),
    );
    expect([...postImages.keys()]).toEqual(['Mine']);
    expect([...preImages.keys()]).toEqual(['Mine']);
  });
});

describe('OperationCreatedOn', () => {
  const createdOn = (OperationCreatedOn: unknown) =>
    contextOf(contextJson({ OperationCreatedOn })).operationCreatedOn;

  it('is taken with no offset and with a zero one', () => {
    expect(createdOn('/Date(1527757530151)/')).toBe(1_527_757_530_151);
    expect(createdOn('/Date(1608007658000+0000)/')).toBe(1_608_007_658_000);
    expect(createdOn('/Date(1608007658000-0000)/')).toBe(1_608_007_658_000);
  });

  it('is not trusted with any other offset, nor in another form', () => {
    expect(createdOn('/Date(1506409448000-0700)/')).toBeUndefined();
    expect(createdOn('/Date(1737024736000+0200)/')).toBeUndefined();
    expect(createdOn('2026-03-02T10:00:00Z')).toBeUndefined();
    expect(createdOn(1_772_445_600_000)).toBeUndefined();
  });
});

describe('a truncated message', () => {
  const whole = contextJson();
  const away = { InputParameters: [], PreEntityImages: null, PostEntityImages: [] };

  it('is known by the property, in both spellings and with any value but false', () => {
    for (const applicationProperties of [
      { MessageMaxSizeExceeded: true },
      { messageMaxSizeExceeded: true },
      { MessageMaxSizeExceeded: 'true' },
      { MessageMaxSizeExceeded: '' },
      { messageMaxSizeExceeded: 1 },
    ])
      expect(reasonOf(whole, { applicationProperties })).toBe('truncated');
  });

  it('is not one when the property is absent or false, or another property is set', () => {
    for (const applicationProperties of [
      undefined,
      {},
      { MessageMaxSizeExceeded: false },
      { messageMaxSizeExceeded: 'False' },
      { 'http://schemas.microsoft.com/xrm/2011/Claims/RequestName': 'Update' },
    ])
      expect(reasonOf(whole, { applicationProperties })).toBe('decoded');
  });

  it('is known by its content as well', () => {
    expect(reasonOf(contextJson(away))).toBe('truncated');
  });

  it('is not one while the parameters or any image are left', () => {
    for (const left of ['InputParameters', 'PreEntityImages', 'PostEntityImages'])
      expect(reasonOf(contextJson({ ...away, [left]: whole[left] }))).toBe('decoded');
  });
});

describe('text that is no UTF-8', () => {
  it('spoils the text that it stands in, not the message', () => {
    const json = JSON.stringify(contextJson({ Note: 'caf?' }));
    const at = json.indexOf('?');
    const body = Buffer.concat([
      Buffer.from(json.slice(0, at)),
      Buffer.from([0xe9]),
      Buffer.from(json.slice(at + 1)),
    ]);
    expect(decode(body, {}).outcome).toBe('decoded');
  });
});

describe('the content type', () => {
  it('does not matter for a body that is an execution context', () => {
    for (const contentType of [
      undefined,
      '',
      'application/json',
      'text/plain',
      'application/msbin1',
      'application/xml',
    ])
      expect(reasonOf(contextJson(), { contentType })).toBe('decoded');
  });
});
