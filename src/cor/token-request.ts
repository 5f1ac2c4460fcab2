import type { Pool } from 'undici';
import { DAY_MS } from '../duration.ts';
import { endDeadline, startDeadline } from '../http/deadline.ts';
import type { Endpoint } from '../http/endpoint.ts';
import { type Exchange, exchange, type HttpRequest } from '../http/exchange.ts';
import type { Secrets } from '../http/redact.ts';
import { parseRetryAfter } from '../http/retry-after.ts';
import { isObject, parseJson } from '../json.ts';
import { UNRECOGNIZED_ANSWER } from './classify.ts';
import type { CorFailure } from './cor-client.ts';
import { readCorError } from './error-body.ts';
import { describe, httpStatus, safeCode, said, unreachable } from './failure.ts';
import type { TokenGrant } from './token.ts';

/** COR documents an hour and marks `expires_in` as optional. */
const DEFAULT_LIFETIME_S = 3_600;
/** Whatever is claimed: a day later a new one costs one request. */
const MAX_LIFETIME_S = DAY_MS / 1_000;
/** Far above COR's JSON web tokens. */
const MAX_BODY_BYTES = 64 * 1024;

/**
 * Client credentials as COR documents them (quickstart): POST, the grant in the query string, Basic, no body.
 */
export function tokenRequest(endpoint: Endpoint, basic: string, userAgent: string): HttpRequest {
  const query = new URLSearchParams(endpoint.search);
  query.set('grant_type', 'client_credentials');
  return {
    method: 'POST',
    path: `${endpoint.path}?${query}`,
    headers: ['authorization', `Basic ${basic}`, 'accept', 'application/json', 'user-agent', userAgent],
  };
}

/** Asks once for a token, within `timeoutMs`. Never rejects. */
export async function requestToken(
  pool: Pool,
  request: HttpRequest,
  options: {
    timeoutMs: number;
    secrets: Secrets;
    now: () => number;
    onExchange: (result: Exchange, grant: TokenGrant | CorFailure) => void;
  },
): Promise<TokenGrant | CorFailure> {
  const deadline = startDeadline(options.timeoutMs);
  const result = await exchange(pool, request, deadline, MAX_BODY_BYTES);
  endDeadline(deadline);
  const grant = readGrant(result, options.secrets, options.now());
  options.onExchange(result, grant);
  return grant;
}

/** Exported for its table test. */
export function readGrant(result: Exchange, secrets: Secrets, now: number): TokenGrant | CorFailure {
  if (result.kind === 'noResponse') return unreachable("COR's token endpoint", result.code);
  const { status } = result;
  const body = parseJson(result.text ?? '');

  if (status >= 200 && status < 300) {
    const value = isObject(body) ? body.access_token : undefined;
    // Anything but visible ASCII cannot stand in a header.
    if (isObject(body) && typeof value === 'string' && /^[\x21-\x7e]+$/.test(value)) {
      return { value, ...lifetimeOf(body.expires_in) };
    }
    return notTheEndpoint(status, isObject(body) ? 'There is no usable access_token in it' : '', undefined);
  }

  const error = readCorError(body);
  const code = safeCode(error.codes[0], secrets);
  const retryAfterMs = parseRetryAfter(result.headers['retry-after'], now);
  const isTransient = status >= 500 || status === 429 || status === 408 || status === 425;
  if (!isTransient && !refusesCredentials(status, result.text ?? ''))
    return notTheEndpoint(status, said(error, undefined, secrets), retryAfterMs);
  const [what, advice] = isTransient
    ? ["COR's token endpoint cannot serve the request at present", 'It may succeed later.']
    : [
        'COR refused the API key or its secret',
        'Check COR_API_KEY and COR_CLIENT_SECRET against Settings > Integrations > API in COR.',
      ];
  return {
    service: 'cor',
    class: isTransient ? 'transient' : 'auth',
    status,
    ...(code === undefined ? {} : { code }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    opensAfter: 'oneCall',
    description: describe(`${what} ${httpStatus(status, code)}`, said(error, undefined, secrets), advice),
  };
}

/** A page with one of these is a proxy's or a firewall's word, not COR's about the key. */
function refusesCredentials(status: number, text: string): boolean {
  return (status === 400 || status === 401 || status === 403) && !/^\s*</.test(text);
}

/** Nobody gets a token from there, and it says nothing about the credentials. */
function notTheEndpoint(status: number, words: string, retryAfterMs: number | undefined): CorFailure {
  const what = `Something else than COR's token endpoint answered (HTTP ${status})`;
  const advice =
    'See what answers at COR_TOKEN_URL: a proxy, a firewall or a maintenance page may stand in its place.';
  return {
    service: 'cor',
    class: 'transient',
    status,
    code: UNRECOGNIZED_ANSWER,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    opensAfter: 'oneCall',
    description: describe(what, words, advice),
  };
}

/** A number, or text that is one (`3599`, `"3599"`), in a sane range; COR documents an hour. */
function lifetimeOf(expiresIn: unknown): Omit<TokenGrant, 'value'> {
  if (expiresIn === undefined) return { expiresInMs: DEFAULT_LIFETIME_S * 1_000 };
  const isNumeric = typeof expiresIn === 'number' || typeof expiresIn === 'string';
  const seconds = isNumeric ? Number(expiresIn) : Number.NaN;
  if (seconds > 0 && seconds <= MAX_LIFETIME_S) return { expiresInMs: seconds * 1_000 };
  const taken = seconds > 0 ? MAX_LIFETIME_S : DEFAULT_LIFETIME_S;
  return { expiresInMs: taken * 1_000, lifetimeIgnored: true };
}
