import { readGuid, ZERO_GUID } from './guid.ts';

/** Keys of the application properties that Dataverse sets (constants of its SDK's ClaimTypes). */
const CLAIMS = 'http://schemas.microsoft.com/xrm/2011/Claims/';

/**
 * Table and message names are identifiers. They reach log lines and descriptions, so nothing else is let
 * through.
 */
const NAME = /^\w{1,128}$/;

export const isName = (value: unknown): value is string => typeof value === 'string' && NAME.test(value);

/** What is known of an event without its context. */
export interface EventName {
  readonly message?: string;
  readonly table?: string;
  readonly record?: string;
}

/** Message and table as the properties of the brokered message say them. */
export function claimedName(properties: Readonly<Record<string, unknown>>): EventName {
  const message = properties[`${CLAIMS}RequestName`];
  const table = properties[`${CLAIMS}EntityLogicalName`];
  return { ...(isName(message) && { message }), ...(isName(table) && { table }) };
}

const ID_ELEMENT = 'PrimaryEntityId';
/** [MC-NBFX] UuidText, also with the end of its element: 16 bytes, the first three groups little endian. */
const UUID_RECORDS = [0xb0, 0xb1];
const UUID_ORDER = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];

/** The id that stands right behind the element's name: as text, or as [MC-NBFX] UuidText. */
function idBehind(bytes: Buffer): string | undefined {
  const [record = 0, ...uuid] = bytes.subarray(0, 17);
  const text =
    UUID_RECORDS.includes(record) && uuid.length === 16
      ? UUID_ORDER.map((index) => (uuid[index] ?? 0).toString(16).padStart(2, '0'))
          .join('')
          .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
      : // Behind `>`, or behind the type and the length of a text record.
        /^.{0,2}?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/is.exec(
          bytes.subarray(0, 40).toString('latin1'),
        )?.[1];
  const id = readGuid(text);
  return id === ZERO_GUID ? undefined : id;
}

/**
 * The row's id in a body that is not read: XML, or .NET binary XML. Not a parser: members stand in
 * alphabetical order, so the last element of this name is the context's own, and not that of a parent
 * context.
 */
export function rowIdInXml(body: Buffer): string | undefined {
  const last = body.lastIndexOf(ID_ELEMENT);
  if (last < 0) return undefined;
  // In XML the last one is the end tag, and the start tag stands in front of it.
  const start = last > 0 ? body.lastIndexOf(ID_ELEMENT, last - 1) : -1;
  const after = (at: number) => body.subarray(at + ID_ELEMENT.length);
  return idBehind(after(last)) ?? (start < 0 ? undefined : idBehind(after(start)));
}

/** ` The event: Update of msdyn_resourceassignment <id>.`, as far as it is known; empty when nothing is. */
export function eventSentence({ message, table, record }: EventName): string {
  if (message === undefined && table === undefined && record === undefined) return '';
  return ` The event: ${message ?? 'a change'} of ${[table ?? 'a row', record].filter(Boolean).join(' ')}.`;
}
