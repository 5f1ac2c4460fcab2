// The start of a string that DataContractSerializer wrote as .NET binary XML: element `string`, then its
// default namespace.
const START = Buffer.from(
  '@\u0006string\u0008\u0033http://schemas.microsoft.com/2003/10/Serialization/',
  'latin1',
);

// [MC-NBFX] text records in UTF-8: Chars8Text, Chars16Text, Chars32Text, each also as "with end element" (the
// odd number).
const CHARS_8 = 0x98;
const CHARS_32_WITH_END = 0x9d;

/** Bytes of the length that follows a text record's type, little endian. */
function lengthBytes(recordType: number): 1 | 2 | 4 {
  if (recordType < CHARS_8 + 2) return 1;
  return recordType < CHARS_8 + 4 ? 2 : 4;
}

function withinBraces(bytes: Buffer): Buffer {
  const from = bytes.indexOf('{');
  return from < 0 ? bytes : bytes.subarray(from, bytes.lastIndexOf('}') + 1);
}

/**
 * The text inside a string that an old .NET sender (BrokeredMessage with a string body) serialized;
 * `undefined` for other bodies. The records are read, not just cut at the braces: a length byte can be a
 * brace itself. Only where another program already read these bytes as text, and so spoiled the lengths, the
 * cut is left.
 */
export function readSerializedString(body: Buffer): Buffer | undefined {
  if (body[0] !== START[0] || !body.subarray(0, START.length).equals(START)) return undefined;
  const parts: Buffer[] = [];
  let at = START.length;
  for (;;) {
    const type = body[at] ?? 0;
    if (type < CHARS_8 || type > CHARS_32_WITH_END) break;
    const size = lengthBytes(type);
    const from = at + 1 + size;
    if (from > body.length) break;
    at = from + body.readUIntLE(at + 1, size);
    if (at > from) parts.push(body.subarray(from, at));
  }
  return parts.length > 0 ? Buffer.concat(parts) : withinBraces(body.subarray(START.length));
}
