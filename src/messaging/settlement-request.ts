/**
 * The longest reason and the longest description that Service Bus takes, in UTF-16 units (.NET
 * `string.Length`).
 */
export const MAX_DEAD_LETTER_TEXT = 4096;

/** Cuts `text` to `limit` UTF-16 units without cutting a character in two. */
export function truncateText(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const splitsPair = (text.codePointAt(limit - 1) ?? 0) > 0xffff;
  return text.slice(0, splitsPair ? limit - 1 : limit);
}

/**
 * `DeadletterRequest` of settlement.proto: locktoken = 1 (string), propertiesToModify = 2 (left out: bytes
 * are empty by default), deadletterReason = 3 and deadletterErrorDescription = 4
 * (google.protobuf.StringValue). Written by hand: three strings are less than the schema, the loader and the
 * 300 kB that protobufjs would add to the bundle.
 */
export function encodeDeadletterRequest(lockToken: string, reason: string, description: string): Buffer {
  return Buffer.concat([
    lengthDelimited(1, Buffer.from(lockToken)),
    lengthDelimited(3, stringValue(reason)),
    lengthDelimited(4, stringValue(description)),
  ]);
}

function stringValue(text: string): Buffer {
  return lengthDelimited(1, Buffer.from(text));
}

function lengthDelimited(field: number, bytes: Buffer): Buffer {
  const LENGTH_DELIMITED = 2;
  const header = [(field << 3) | LENGTH_DELIMITED];
  let rest = bytes.length;
  for (; rest > 0x7f; rest >>>= 7) header.push((rest & 0x7f) | 0x80);
  return Buffer.concat([Buffer.from([...header, rest]), bytes]);
}
