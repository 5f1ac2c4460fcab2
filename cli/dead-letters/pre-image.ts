import { decode } from '../../src/dynamics/decode.ts';
import type { IdSource } from '../../src/dynamics/id-source.ts';
import type { Mapping } from '../../src/dynamics/mapping.ts';
import { translate } from '../../src/dynamics/translate.ts';
import { isObject, parseJson } from '../../src/json.ts';
import type { Owner } from './owner.ts';

type Mended =
  | { readonly kind: 'mended'; readonly body: Buffer; readonly text: string }
  | { readonly kind: 'problem'; readonly text: string };

/** Of no meaning to the connector, which takes the name of such a lookup alone. */
const ANY_ID = '00000000-0000-0000-0000-000000000001';

/**
 * The column as Dataverse would have written it, so that the mapping finds this external id in it. None for a
 * fixed id.
 */
function column(source: IdSource, id: string): object[] {
  if (source.from === 'fixed') return [];
  // The id of a related row is not the external id: the event then does not mean what it should, which is
  // checked below.
  const take = source.from === 'related' ? 'id' : source.take;
  const [key] = source.columns;
  if (take === 'value') return [{ key, value: id }];
  const reference = {
    __type: 'EntityReference:http://schemas.microsoft.com/xrm/2011/Contracts',
    LogicalName: 'unknown',
  };
  const value = take === 'id' ? { ...reference, Id: id, Name: null } : { ...reference, Id: ANY_ID, Name: id };
  return [{ key, value }];
}

function image({ user, record, entry }: Owner, mapping: Mapping): object {
  const { number, modifiedOn } = entry.version;
  return {
    Id: record,
    LogicalName: mapping.table,
    Attributes: [
      ...column(mapping.user, user),
      ...column(mapping.workspace, entry.workspace),
      ...(number === undefined ? [] : [{ key: mapping.version.number, value: number }]),
      ...(modifiedOn === undefined
        ? []
        : [{ key: mapping.version.modifiedOn, value: `/Date(${modifiedOn})/` }]),
      ...(mapping.state === 'none' ? [] : [{ key: mapping.state.column, value: 0 }]),
    ],
    FormattedValues: [],
  };
}

/**
 * The event of a deleted row with the pre-image that it lacks, made of what the ledger has. Only when it then
 * means just that: this row is taken from this user.
 */
export function withPreImage(
  bytes: Uint8Array,
  envelope: Parameters<typeof decode>[1],
  { owner, mapping }: { readonly owner: Owner; readonly mapping: Mapping },
): Mended {
  const json = parseJson(Buffer.from(bytes).toString());
  if (!isObject(json))
    return { kind: 'problem', text: 'Its body cannot be changed: it is no plain JSON object.' };
  const images = Array.isArray(json.PreEntityImages) ? json.PreEntityImages : [];
  const preImage = { key: mapping.images.pre, value: image(owner, mapping) };
  const others = images.filter((one) => !isObject(one) || one.key !== mapping.images.pre);
  const body = Buffer.from(JSON.stringify({ ...json, PreEntityImages: [...others, preImage] }));
  const decoded = decode(body, envelope);
  const meant = decoded.outcome === 'decoded' ? translate(decoded.context, mapping) : decoded;
  const [change, ...more] = meant.outcome === 'apply' ? meant.changes : [];
  const { user, record, entry } = owner;
  if (change?.kind !== 'remove' || more.length > 0 || change.user !== user || change.record !== record)
    return {
      kind: 'problem',
      text: `With this mapping the ids of the ledger do not fit into an event. Row ${record} belongs to user ${user}, workspace ${entry.workspace}: reconcile that user.`,
    };
  return {
    kind: 'mended',
    body,
    text: `Takes row ${record} from user ${user}, workspace ${entry.workspace}.`,
  };
}
