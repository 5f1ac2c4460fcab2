import { decode } from '../../src/dynamics/decode.ts';
import { loadMapping, type Mapping } from '../../src/dynamics/mapping.ts';
import { translate } from '../../src/dynamics/translate.ts';
import { type Translation, withoutReading } from '../../src/dynamics/translation.ts';
import { contextJson, entityJson } from './context-json.ts';

export const MAPPING = loadMapping('resource-assignment');
export const RECORD = 'd5e1f0a2-7b44-4c0e-9a51-0c6b5f2e1a01';
export const OLD = '11111111-aaaa-4aaa-8aaa-000000000001';
export const NEW = '11111111-aaaa-4aaa-8aaa-000000000002';
const PROJECT = '22222222-bbbb-4bbb-8bbb-000000000001';

export const lookup = (Id: string, Name: string | null = null) => ({
  __type: 'EntityReference:http://schemas.microsoft.com/xrm/2011/Contracts',
  Id,
  LogicalName: 'any',
  Name,
});

export const option = (Value: number) => ({
  __type: 'OptionSetValue:http://schemas.microsoft.com/xrm/2011/Contracts',
  Value,
});

/** The columns of a resource assignment of NEW, 2 to 13 March. */
export const row = (over: object = {}) => ({
  msdyn_bookableresourceid: lookup(NEW, 'Ann'),
  msdyn_projectid: lookup(PROJECT),
  msdyn_effort: 40,
  msdyn_start: '/Date(1772438400000)/',
  msdyn_finish: '/Date(1773417600000)/',
  statecode: option(0),
  versionnumber: 7,
  modifiedon: '/Date(1772445600000)/',
  ...over,
});

/** Undefined columns are left out, as an image leaves out what is empty. */
const entity = (columns: object) =>
  entityJson(Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined)));

/** The columns of each part of an event; parts that are not named are not there. */
export interface EventParts {
  readonly target?: object;
  readonly pre?: object;
  readonly post?: object;
}

/** What an event comes to, through the JSON that Dataverse would post. */
export function translated(
  { target, pre, post }: EventParts,
  { message = 'Update', mapping = MAPPING }: { message?: string; mapping?: Mapping } = {},
): Translation {
  const json = contextJson({
    MessageName: message,
    InputParameters: target ? [{ key: 'Target', value: entity(target) }] : [{ key: 'Other', value: 1 }],
    PreEntityImages: pre ? [{ key: 'PreImage', value: entity(pre) }] : [],
    PostEntityImages: post ? [{ key: 'PostImage', value: entity(post) }] : [],
  });
  const decoded = decode(Buffer.from(JSON.stringify(json)), {});
  if (decoded.outcome === 'deadLetter') throw new Error(decoded.description);
  return translate(decoded.context, mapping);
}

/** Reason and description of the dead letter that an event ends as where rows cannot be read. */
export function refusalOf(translation: Translation): string {
  const settled = withoutReading(translation);
  const letter = settled.outcome === 'apply' ? settled.rest : settled;
  return letter?.outcome === 'deadLetter' ? `${letter.reason}: ${letter.description}` : 'no dead letter';
}
