import type { Pool } from 'undici';
import { endDeadline, startDeadline } from '../http/deadline.ts';
import type { Endpoint } from '../http/endpoint.ts';
import { type Exchange, exchange, type HttpRequest } from '../http/exchange.ts';
import type { Secrets } from '../http/redact.ts';
import { parseRetryAfter } from '../http/retry-after.ts';
import { isObject, parseJson } from '../json.ts';
import type { CorFailure } from './cor-client.ts';
import { readCorError } from './error-body.ts';
import { describe, httpStatus, safeCode, said, unreachable } from './failure.ts';
import type { TokenGrant } from './token.ts';

/** COR documents an hour and marks `expires_in` as optional. */
const DEFAULT_LIFETIME_S = 3_600;
/** Far above COR's JSON web tokens. */
const MAX_BODY_BYTES = 64 * 1024;

/** Client credentials as COR documents them (quickstart): POST, the grant in the query string, Basic, no body. */
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
    onExchange: (result: Exchange, failure: CorFailure | undefined) => void;
  },
): Promise<TokenGrant | CorFailure> {
  const deadline = startDeadline(options.timeoutMs);
  const result = await exchange(pool, request, deadline, MAX_BODY_BYTES);
  endDeadline(deadline);
  const grant = readGrant(result, options.secrets, options.now());
  options.onExchange(result, 'class' in grant ? grant : undefined);
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
      return { value, expiresInMs: lifetimeSeconds(body.expires_in) * 1000 };
    }
    return {
      service: 'cor',
      class: 'auth',
      status,
      description: `The token endpoint answered HTTP ${status} without a usable access_token. Check COR_TOKEN_URL.`,
    };
  }

  const error = readCorError(body);
  const code = safeCode(error.codes[0], secrets);
  const retryAfterMs = parseRetryAfter(result.headers['retry-after'], now);
  const isTransient = status >= 500 || status === 429 || status === 408 || status === 425;
  const refusesCredentials = status === 400 || status === 401 || status === 403;
  const [what, advice] = isTransient
    ? ["COR's token endpoint cannot serve the request at present", 'It may succeed later.']
    : refusesCredentials
      ? [
          'COR refused the API key or its secret',
          'Check COR_API_KEY and COR_CLIENT_SECRET against Settings > Integrations > API in COR.',
        ]
      : ["COR's token endpoint refused the request", 'Check COR_TOKEN_URL.'];
  return {
    service: 'cor',
    class: isTransient ? 'transient' : 'auth',
    status,
    ...(code === undefined ? {} : { code }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    description: describe(`${what} ${httpStatus(status, code)}`, said(error, undefined, secrets), advice),
  };
}

function lifetimeSeconds(expiresIn: unknown): number {
  const seconds = Number(expiresIn);
  return Number.isFinite(seconds) && seconds > 0 ? seconds : DEFAULT_LIFETIME_S;
}
