import type { Exchange, HttpResponse } from '../http/exchange.ts';
import { redact, type Secrets } from '../http/redact.ts';
import { parseRetryAfter } from '../http/retry-after.ts';
import { parseJson } from '../json.ts';
import type { CorOperation } from './classify.ts';
import type { CorAnswer, CorFailure } from './cor-client.ts';
import { refusal, unreachable, unrecognizedReply } from './failure.ts';
import { readReply, unrecognizedIn } from './reply.ts';

/** Turns the outcome of one request into COR's answer. `now` is UTC epoch ms, for a `Retry-After` date. */
export function readAnswer(
  operation: CorOperation,
  result: Exchange,
  secrets: Secrets,
  now: number,
): CorAnswer {
  if (result.kind === 'noResponse') return { ok: false, failure: unreachable('COR', result.code) };

  const { status, text } = result;
  const requestId = readRequestId(result, secrets);
  const id = requestId === undefined ? {} : { requestId };
  if (status < 200 || status >= 300) {
    // Some failures are known by their status alone, so an unreadable body does not matter here.
    const body = parseJson(text ?? '');
    const retryAfterMs = parseRetryAfter(result.headers['retry-after'], now);
    return { ok: false, failure: refusal({ operation, status, body, secrets, retryAfterMs }), ...id };
  }
  if (text === undefined) return { ok: false, failure: tooLong(status), ...id };
  const body = parseJson(text);
  const unrecognized = unrecognizedIn(body);
  if (unrecognized) return { ok: false, failure: unrecognizedReply(status, unrecognized), ...id };
  return { ok: true, status, ...id, ...readReply(operation, status, body, secrets) };
}

/** COR may have carried out the call: what it did is unknown, so the whole wanted set is told again later. */
function tooLong(status: number): CorFailure {
  return {
    ...unrecognizedReply(status, 'The reply is longer than the client reads'),
    code: 'REPLY_TOO_LONG',
  };
}

/** COR documents no request id; these are the names that gateways commonly use. */
const REQUEST_ID_HEADERS = ['x-request-id', 'request-id', 'x-amzn-requestid', 'x-amzn-trace-id', 'cf-ray'];

/** It goes to the logs, so it has to look like an id and hold no secret. */
export function readRequestId(response: HttpResponse, secrets: Secrets): string | undefined {
  for (const name of REQUEST_ID_HEADERS) {
    const value = response.headers[name];
    if (typeof value === 'string' && /^[\w.:;=/+-]{1,128}$/.test(value) && redact(value, secrets) === value)
      return value;
  }
  return undefined;
}
