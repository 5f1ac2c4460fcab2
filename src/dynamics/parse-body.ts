import { type DeadLetter, deadLetter } from '../dead-letter-reason.ts';
import { withoutByteOrderMark } from '../json.ts';
import { isDeeperThan } from '../json-nesting.ts';
import { quoteBareNumbers } from './bare-numbers.ts';
import { claimedName, eventSentence, rowIdInXml } from './event-name.ts';
import { LOOK_FOR_OLD_USER } from './look-for-old-user.ts';
import type { MessageEnvelope } from './message-envelope.ts';
import { readSerializedString } from './serialized-string.ts';

type Properties = Readonly<Record<string, unknown>>;

export type ParsedBody = { readonly outcome: 'parsed'; readonly json: unknown } | DeadLetter;

const USE_JSON =
  'Set Message Format to JSON on the service endpoint (Plug-in Registration tool > the endpoint > Properties), then change the row once more';

/** Texts inside texts: a JSON string that holds the context occurs, one more level costs nothing. */
const MOST_WRAPPERS = 2;

// V8 needs 70 ms for a megabyte of opening brackets. A context with all its parents has some dozens of
// levels; small bodies are parsed as quickly as they could be looked through.
const MOST_LEVELS = 512;
const SMALL_BODY = 64 * 1024;

/** `undefined` when the text is no JSON. The error is dropped on purpose: V8 quotes the text in it. */
function parseStrictly(text: string): { readonly json: unknown } | undefined {
  try {
    return { json: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

function parse(text: string): { readonly json: unknown } | undefined {
  return (
    parseStrictly(text) ?? (/NaN|INF|Infinity/.test(text) ? parseStrictly(quoteBareNumbers(text)) : undefined)
  );
}

/** What a re-send in the portal's Service Bus Explorer makes of a body that it cannot show. */
const RESENT =
  'A re-send in the portal (Service Bus Explorer) makes such bodies: to send a dead letter once more use "./connector dead-letters replay". ' +
  'Otherwise see which sender posts to this queue';

function unsupported(what: string, body: Buffer, properties: Properties): DeadLetter {
  const record = rowIdInXml(body);
  const event = eventSentence({ ...claimedName(properties), ...(record !== undefined && { record }) });
  return deadLetter('UnsupportedFormat', `The body is ${what}. ${USE_JSON}.${event} ${LOOK_FOR_OLD_USER}`);
}

function refuse(
  body: Buffer,
  text: string,
  { contentType, applicationProperties = {} }: MessageEnvelope,
): DeadLetter {
  const type = (contentType ?? '').toLowerCase();
  // The first record of .NET binary XML is an element with a short name: `@`, then the length of the name.
  const isDotNetBinary = body[0] === 0x40 && (body[1] ?? 0xff) < 0x20;
  if (isDotNetBinary || type.startsWith('application/msbin1')) {
    const what = ".NET binary XML (application/msbin1), which is Dataverse's default";
    return unsupported(what, body, applicationProperties);
  }
  const start = text.trimStart().slice(0, 1);
  if (start === '<' || /^(application|text)\/xml/.test(type))
    return unsupported('XML', body, applicationProperties);
  if (start === '') return deadLetter('NotJson', `The body is empty. ${RESENT}.`);
  const what =
    start === '{'
      ? 'begins like JSON but is broken or cut off. Look for a program between Dataverse and this queue that changes bodies'
      : 'is no JSON. See which sender posts to this queue; a Dataverse service endpoint needs Message Format JSON';
  return deadLetter('NotJson', `The body (${body.length} bytes) ${what}.`);
}

/**
 * Parses a message body, whatever content type it claims: JSON text with or without a byte order mark, JSON
 * inside a JSON string, JSON inside a .NET string. Never throws; time grows with the size of the body only.
 */
export function parseBody(bytes: Uint8Array, envelope: MessageEnvelope): ParsedBody {
  const body = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let text = withoutByteOrderMark((readSerializedString(body) ?? body).toString('utf8'));
  let json: unknown;
  for (let wrappers = 0; wrappers <= MOST_WRAPPERS; wrappers += 1) {
    if (text.length > SMALL_BODY && isDeeperThan(MOST_LEVELS, text)) {
      return deadLetter(
        'NotRemoteExecutionContext',
        `The body nests deeper than ${MOST_LEVELS} levels, no execution context does. See which sender posts to this queue.`,
      );
    }
    const parsed = parse(text);
    if (!parsed) return wrappers === 0 ? refuse(body, text, envelope) : { outcome: 'parsed', json };
    json = parsed.json;
    if (json === null)
      return deadLetter('NotRemoteExecutionContext', `The body is the word null. ${RESENT}.`);
    if (typeof json !== 'string') break;
    text = withoutByteOrderMark(json);
  }
  return { outcome: 'parsed', json };
}
