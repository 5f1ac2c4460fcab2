import type { OpensAfter } from '../failure.ts';
import { redact, type Secrets } from '../http/redact.ts';
import { type Classification, type CorOperation, classify, UNRECOGNIZED_ANSWER } from './classify.ts';
import type { CorFailure, CorFailureClass } from './cor-client.ts';
import { type CorError, readCorError } from './error-body.ts';

const MAX_DESCRIPTION = 300;
/** COR's own words get what the advice leaves, but at least a useful part of a sentence. */
const MIN_QUOTE = 40;

/** What is known of a response that refused the call. */
export interface Refused {
  readonly operation: CorOperation;
  readonly status: number;
  /** Parsed JSON, or the text where it is none. */
  readonly body: unknown;
  /** The id that an entry of an error list is about. */
  readonly subject?: string | undefined;
  readonly secrets: Secrets;
  readonly retryAfterMs?: number | undefined;
}

/** The failure that a response, or one entry of a 2xx reply's error list, stands for. */
export function refusal(refused: Refused): CorFailure {
  const error = readCorError(refused.body);
  const classified = classify(refused.operation, refused.status, error);
  const code = safeCode(classified.code, refused.secrets);
  const [what, advice] = explain(classified, refused.status);
  const words = said(error, refused.subject, refused.secrets);
  const opensAfter = reach(classified, refused);
  return {
    service: 'cor',
    class: classified.class,
    status: refused.status,
    ...(code === undefined ? {} : { code }),
    ...(refused.retryAfterMs === undefined ? {} : { retryAfterMs: refused.retryAfterMs }),
    ...(opensAfter === undefined ? {} : { opensAfter }),
    description: describe(`${what} ${httpStatus(refused.status, code)}`, words, advice),
  };
}

/** Is it about this user, or about everybody? Refusals with COR's own codes are about what was asked. */
function reach(classified: Classification, { status, retryAfterMs }: Refused): OpensAfter | undefined {
  if (classified.class === 'auth') return 'twoUsers';
  if (classified.class !== 'transient') return undefined;
  if (status === 429 || (status === 503 && retryAfterMs !== undefined)) return 'oneCall';
  return status >= 500 || status === 408 || status === 425 ? 'twoUsers' : 'threeUsers';
}

/**
 * A 2xx that shows nothing of what a call of COR returns: something else answers in its place, or COR is half
 * up.
 */
export function unrecognizedReply(status: number, what: string): CorFailure {
  return {
    service: 'cor',
    class: 'transient',
    status,
    code: UNRECOGNIZED_ANSWER,
    opensAfter: 'threeUsers',
    description: `${what} (HTTP ${status}), so it is not known what COR did. ${NOT_COR}`,
  };
}

/** No complete answer came from `service`: the next try may get one. */
export function unreachable(service: string, code: string): CorFailure {
  const what =
    code === 'DEADLINE'
      ? `${service} did not answer within the time limit`
      : `No answer from ${service}: the connection failed (${code})`;
  return {
    service: 'cor',
    class: 'transient',
    code,
    opensAfter: 'threeCalls',
    description: `${what}. Check the network path and that the service is up.`,
  };
}

export function httpStatus(status: number, code: string | undefined): string {
  return code === undefined ? `(HTTP ${status})` : `(HTTP ${status}, ${code})`;
}

/** `what: “words”. advice`, with COR's words cut so that the advice stays whole. */
export function describe(what: string, words: string, advice: string): string {
  if (!words) return `${what}. ${advice}`.slice(0, MAX_DESCRIPTION);
  const room = Math.max(MAX_DESCRIPTION - what.length - advice.length - 6, MIN_QUOTE);
  const quote = words.length > room ? `${words.slice(0, room - 1).toWellFormed()}…` : words;
  return `${what}: “${quote}”. ${advice}`.slice(0, MAX_DESCRIPTION);
}

/** COR's words, safe to keep: redacted, one line. `subject` says which of several ids they are about. */
export function said(error: CorError, subject: string | undefined, secrets: Secrets): string {
  const words = error.message || error.fields.map(({ field, rule }) => `${field} ${rule}`).join('; ');
  const all = subject === undefined ? words : `${subject}: ${words}`;
  // They stand between these quotes, and nothing of them may end the quotation or move a cursor.
  return redact(all, secrets)
    .toWellFormed()
    .replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ')
    .replace(/[“”]/g, '"')
    .trim();
}

/** A server may echo anything, also in `code`, which goes to the logs. */
export function safeCode(code: string | undefined, secrets: Secrets): string | undefined {
  return code !== undefined && redact(code, secrets) === code ? code : undefined;
}

/** What happened, and what an operator can do about it. */
function explain(
  { class: failureClass, code }: Classification,
  status: number,
): [what: string, advice: string] {
  if (failureClass === 'transient' && status >= 300 && status < 500) return explainUnrecognized(status, code);
  if (failureClass !== 'rejected') return EXPLANATIONS[failureClass];
  if (status < 300) {
    return [
      'COR says in its reply that it did not do everything',
      'Find the cause in COR, then replay the message.',
    ];
  }
  return ['COR refused the call', 'Find the cause in COR, then replay the message.'];
}

const NOT_COR =
  'See what answers at COR_BASE_URL: a proxy, a firewall or a maintenance page may stand in its place.';

function explainUnrecognized(status: number, code: string | undefined): [what: string, advice: string] {
  if (status === 408 || status === 425 || status === 429) return EXPLANATIONS.transient;
  if (status < 400) {
    return [
      'COR answered with a redirect, which is not followed',
      'Set COR_BASE_URL to the address that it leads to.',
    ];
  }
  if (code === 'E_ROUTE_NOT_FOUND')
    return ['COR has no such route', 'Check COR_BASE_URL: host and path prefix.'];
  return ['The answer holds none of the codes that COR has', NOT_COR];
}

const EXPLANATIONS: Record<Exclude<CorFailureClass, 'rejected'>, [what: string, advice: string]> = {
  transient: ['COR cannot serve the call at present', 'It may succeed later.'],
  auth: [
    'COR refused the credentials',
    'Check COR_API_KEY, COR_CLIENT_SECRET and the rights of the COR user they belong to.',
  ],
  unmapped: [
    'COR does not know the user or a workspace by its external id',
    'Create the user or workspace in COR under this external id (source COR_SOURCE, by default MICROSOFT_DYNAMICS), then replay.',
  ],
  validation: [
    'COR found the request invalid',
    'Check the ids and percentages that the mapping yields, then replay the message.',
  ],
  alreadyAttached: [
    'COR says that the workspace is already attached',
    'Compare the percentage in COR with Dynamics.',
  ],
  notAttached: ['COR says that the workspace is not attached', 'Nothing is left to detach.'],
  duplicate: ['COR already has a workspace with this external id', 'Use the existing one.'],
};
