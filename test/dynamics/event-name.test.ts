import { describe, expect, it } from 'vitest';
import { binaryXmlBody } from '../../local/events/binary-xml.ts';
import { decode } from '../../src/dynamics/decode.ts';

const RECORD = '343b238d-ac25-4cf7-a515-2119ccd12ee4';
const PARENT = '11111111-1111-4111-8111-111111111111';
const CLAIMS = 'http://schemas.microsoft.com/xrm/2011/Claims/';
const applicationProperties = {
  [`${CLAIMS}EntityLogicalName`]: 'msdyn_resourceassignment',
  [`${CLAIMS}RequestName`]: 'Update',
};

function descriptionOf(
  body: Uint8Array,
  properties: Record<string, unknown> = applicationProperties,
): string {
  const decoded = decode(body, { applicationProperties: properties });
  return decoded.outcome === 'deadLetter' ? decoded.description : 'understood';
}

describe('a body that is not read tells which event it is', () => {
  const named = `The event: Update of msdyn_resourceassignment ${RECORD}.`;
  const context = { ParentContext: { PrimaryEntityId: PARENT }, PrimaryEntityId: RECORD, Stage: 40 };

  it('as .NET binary XML with the id as text', () => {
    expect(descriptionOf(binaryXmlBody(context))).toContain(named);
  });

  it('as .NET binary XML with the id as UuidText', () => {
    const uuid = Buffer.from('8d233b3425acf74ca5152119ccd12ee4', 'hex');
    const body = Buffer.concat([
      Buffer.from('@\u0016RemoteExecutionContext@\u000fPrimaryEntityId\u00b1', 'latin1'),
      uuid,
    ]);
    expect(descriptionOf(body)).toContain(named);
  });

  it('as XML', () => {
    const xml = `<C><ParentContext><PrimaryEntityId>${PARENT}</PrimaryEntityId></ParentContext><PrimaryEntityId>${RECORD}</PrimaryEntityId></C>`;
    expect(descriptionOf(Buffer.from(xml))).toContain(named);
  });

  it('as far as it is known', () => {
    expect(descriptionOf(Buffer.from('<C/>'))).toContain('The event: Update of msdyn_resourceassignment.');
    expect(descriptionOf(Buffer.from('<C/>'), {})).not.toContain('The event');
    expect(descriptionOf(Buffer.from(`<C><PrimaryEntityId>${RECORD}</PrimaryEntityId></C>`), {})).toContain(
      `The event: a change of a row ${RECORD}.`,
    );
  });

  it('and repeats no property that is no name', () => {
    const odd = { [`${CLAIMS}EntityLogicalName`]: 'a b; drop', [`${CLAIMS}RequestName`]: { toString: 'x' } };
    expect(descriptionOf(Buffer.from('<C/>'), odd)).not.toContain('drop');
  });

  it('with the advice to look for the user who had the row', () => {
    expect(descriptionOf(Buffer.from('<C/>'))).toContain('./connector ledger list --verify');
  });
});

describe('a truncated body', () => {
  it('is named by the properties where it says nothing of itself', () => {
    const decoded = decode(Buffer.from('{}'), {
      applicationProperties: { ...applicationProperties, MessageMaxSizeExceeded: true },
    });
    expect(decoded).toMatchObject({
      context: { truncated: true, messageName: 'Update', primaryEntityName: 'msdyn_resourceassignment' },
    });
  });
});

describe("bodies that the portal's re-send makes", () => {
  it.each([
    ['', 'empty'],
    ['null', 'the word null'],
  ])('%j is named as such', (body, what) => {
    expect(descriptionOf(Buffer.from(body))).toContain(`The body is ${what}. A re-send in the portal`);
    expect(descriptionOf(Buffer.from(body))).toContain('./connector dead-letters replay');
  });
});
