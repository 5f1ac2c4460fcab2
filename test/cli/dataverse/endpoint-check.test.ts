import { expect, it } from 'vitest';
import { decode } from '../../../src/dynamics/decode.ts';
import { loadMapping } from '../../../src/dynamics/mapping.ts';
import { translate } from '../../../src/dynamics/translate.ts';
import { contextJson } from '../../dynamics/context-json.ts';

const NOTHING = {
  PrimaryEntityId: '00000000-0000-0000-0000-000000000000',
  PreEntityImages: [],
  PostEntityImages: [],
};

function outcomeOf(over: Record<string, unknown>) {
  const decoded = decode(Buffer.from(JSON.stringify(contextJson({ ...NOTHING, ...over }))), {});
  return decoded.outcome === 'decoded'
    ? translate(decoded.context, loadMapping('resource-assignment'))
    : decoded;
}

it.each(['serviceendpoint', 'none', 'msdyn_resourceassignment'])(
  'a message by which Dataverse tries the endpoint is skipped, whatever it carries (table %s)',
  (PrimaryEntityName) => {
    const check = { MessageName: 'TriggerServiceEndpointCheck', PrimaryEntityName };
    for (const InputParameters of [[], null, [{ key: 'Entity', value: { Id: 'x' } }]])
      expect(outcomeOf({ ...check, InputParameters })).toMatchObject({ outcome: 'skip' });
  },
);

it('an event of a row that lost everything is still refused', () => {
  expect(outcomeOf({ InputParameters: [] })).toMatchObject({
    outcome: 'deadLetter',
    reason: 'TruncatedMessage',
  });
});
