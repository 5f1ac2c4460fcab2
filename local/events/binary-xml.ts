// Record types of .NET binary XML ([MC-NBFX]).
const END_ELEMENT = 0x01;
const DEFAULT_NAMESPACE = 0x08;
const ELEMENT = 0x40;
const CHARS_8_WITH_END = 0x99;

/** A string with its length in front, seven bits a byte, the low ones first. */
function sized(text: string): Buffer {
  const bytes = Buffer.from(text);
  const length: number[] = [];
  for (let rest = bytes.length; ; rest >>= 7) {
    if (rest < 0x80) return Buffer.concat([Buffer.from([...length, rest]), bytes]);
    length.push((rest & 0x7f) | 0x80);
  }
}

function element(name: string, value: unknown): Buffer[] {
  const start = Buffer.concat([Buffer.from([ELEMENT]), sized(name)]);
  const end = Buffer.from([END_ELEMENT]);
  if (value === null) return [start, end];
  if (Array.isArray(value)) return [start, ...value.flatMap((item) => element('Item', item)), end];
  if (typeof value === 'object')
    return [start, ...Object.entries(value).flatMap(([key, inner]) => element(key, inner)), end];
  const text = Buffer.from(String(value)).subarray(0, 0xff);
  return [start, Buffer.from([CHARS_8_WITH_END, text.length]), text];
}

/**
 * An execution context in Dataverse's default message format. Near enough for a reader that refuses it: the
 * real schema differs.
 */
export function binaryXmlBody(context: object): Buffer {
  const [start, ...rest] = element('RemoteExecutionContext', context);
  const namespace = Buffer.concat([
    Buffer.from([DEFAULT_NAMESPACE]),
    sized('http://schemas.microsoft.com/xrm/2011/Contracts'),
  ]);
  return Buffer.concat([...(start ? [start] : []), namespace, ...rest]);
}
