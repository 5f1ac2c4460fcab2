import { setTimeout as pause } from 'node:timers/promises';
import { Pool } from 'undici';
import { MINUTE_MS } from '../duration.ts';
import { endDeadline, startDeadline } from '../http/deadline.ts';
import { type Exchange, exchange, type HttpRequest } from '../http/exchange.ts';
import { parseRetryAfter } from '../http/retry-after.ts';
import type { AccessTokens } from './access-token.ts';
import { DataverseError, type Operator, refusedBy } from './dataverse-error.ts';

/** A row as the Web API gives it. */
export type Row = Readonly<Record<string, unknown>>;

export interface Sender {
  readonly origin: string;
  readonly tokens: AccessTokens;
  readonly operator: Operator;
  readonly pool: Pool;
  readonly timeoutMs: number;
  readonly maxPauseMs: number;
  readonly firstPauseMs: number;
  readonly signal: AbortSignal | undefined;
  readonly onPause: (ms: number, why: DataverseError) => void;
  readonly limit: ServiceLimit;
}

export interface WebApiRequest {
  readonly method: HttpRequest['method'];
  /** Below the environment's URL, not encoded where that may be left to the URL parser. */
  readonly path: string;
  readonly body?: Row | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

const CONNECT_TIMEOUT_MS = 10_000;
/** The attributes of a large table take some hundred kilobytes, a page of 5,000 rows some megabytes. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024;
const MAX_TRIES = 4;
/** What a 429 without Retry-After waits. */
const LIMIT_PAUSE_MS = 10_000;
/**
 * Dataverse's limits count over five minutes, so no longer pause makes sense (Dataverse docs, api-limits).
 */
export const MAX_PAUSE_MS = 5 * MINUTE_MS;

/**
 * None of these passes within seconds: an unknown host, one where nothing listens, a minute without an
 * answer.
 */
const LASTING: ReadonlySet<string | undefined> = new Set(['ENOTFOUND', 'ECONNREFUSED', 'DEADLINE']);

const HEADERS = {
  accept: 'application/json',
  'content-type': 'application/json; charset=utf-8',
  'odata-version': '4.0',
  'odata-maxversion': '4.0',
  'user-agent': 'dynamics-to-cor',
};

export function createPool(origin: string, connections: number): Pool {
  return new Pool(origin, {
    connections,
    connect: { timeout: CONNECT_TIMEOUT_MS },
    // The request's own deadline bounds both waits.
    headersTimeout: 0,
    bodyTimeout: 0,
    allowH2: false,
  });
}

function noAnswer(request: WebApiRequest, code: string, sender: Sender): DataverseError {
  const reason = code === 'DEADLINE' ? `none within ${sender.timeoutMs / 1_000} s` : code;
  return new DataverseError({
    class: 'transient',
    code,
    description: `${request.method} ${request.path}: no answer from ${sender.origin} (${reason}). Check ${sender.operator.urlSetting} and the network; it is safe to try again.`,
  });
}

/** The text of a 2xx answer, or what any other stands for. */
function read(request: WebApiRequest, result: Exchange, sender: Sender, token: string) {
  if (result.kind === 'noResponse') return noAnswer(request, result.code, sender);
  const { status, text, headers } = result;
  const shown = `${request.method} ${request.path}`;
  if (status < 200 || status >= 300) {
    const retryAfterMs = parseRetryAfter(headers['retry-after'], Date.now());
    const secrets = [token, request.body?.saskey].filter((secret) => typeof secret === 'string');
    return refusedBy(shown, { status, text: text ?? '', retryAfterMs }, sender.operator, secrets);
  }
  if (text !== undefined) return text;
  return new DataverseError({
    class: 'rejected',
    status,
    code: 'REPLY_TOO_LONG',
    description: `${shown}: the answer is longer than ${MAX_ANSWER_BYTES} bytes. Ask for fewer rows a page.`,
  });
}

async function sendOnce(request: WebApiRequest, sender: Sender): Promise<string | DataverseError> {
  const scope = `${sender.origin}/.default`;
  const token = await sender.tokens(scope);
  const result = await sendWith(token, request, sender);
  if (typeof result === 'string' || result.failure.status !== 401) return result;
  // A token can be refused before its time: one fresh one, and what that meets counts. Nothing was done: a
  // write may go again.
  const fresh = await sender.tokens(scope, token);
  return fresh === token ? result : sendWith(fresh, request, sender);
}

async function sendWith(
  token: string,
  request: WebApiRequest,
  sender: Sender,
): Promise<string | DataverseError> {
  const { pathname, search } = new URL(request.path, sender.origin);
  const headers = { ...HEADERS, ...request.headers, authorization: `Bearer ${token}` };
  const deadline = startDeadline(sender.timeoutMs);
  try {
    const http: HttpRequest = {
      method: request.method,
      path: `${pathname}${search}`,
      headers: Object.entries(headers).flat(),
      ...(request.body && { body: JSON.stringify(request.body) }),
    };
    return read(request, await exchange(sender.pool, http, deadline, MAX_ANSWER_BYTES), sender, token);
  } finally {
    endDeadline(deadline);
  }
}

/**
 * How long to wait before the same request once more; `undefined` when it is not to be tried again. A write
 * is tried again only after 429, because only that says that nothing was done.
 */
function pauseBefore(tries: number, method: string, { failure }: DataverseError, sender: Sender) {
  if (tries >= MAX_TRIES || failure.class !== 'transient') return undefined;
  if (failure.status !== 429 && method !== 'GET') return undefined;
  if (LASTING.has(failure.code)) return undefined;
  const own = failure.status === 429 ? LIMIT_PAUSE_MS : sender.firstPauseMs * 2 ** (tries - 1);
  const ms = failure.retryAfterMs ?? own;
  return ms <= sender.maxPauseMs ? ms : undefined;
}

/**
 * Dataverse counts the requests of a user, not of a connection: who meets the limit meets it for all of this
 * process.
 */
export interface ServiceLimit {
  /** No request before this time, UTC epoch ms. */
  until: number;
}

/** Waits until the limit is over; throws where that is longer than the sender waits. */
async function underLimit(sender: Sender): Promise<void> {
  const ms = sender.limit.until - Date.now();
  if (ms <= 0) return;
  if (ms <= sender.maxPauseMs) {
    await pause(ms, undefined, sender.signal && { signal: sender.signal }).catch(() => undefined);
    return;
  }
  throw new DataverseError({
    class: 'paused',
    code: 'PAUSED',
    description: `No request was made: Dataverse limits the number of requests for another ${Math.ceil(ms / 1_000)} s.`,
    retryAfterMs: ms,
  });
}

/**
 * Sends a request, several times where that is safe and may help, and returns the text of the answer. Throws
 * `DataverseError`.
 */
export async function send(request: WebApiRequest, sender: Sender): Promise<string> {
  for (let tries = 1; ; tries += 1) {
    await underLimit(sender);
    const result = await sendOnce(request, sender);
    if (typeof result === 'string') return result;
    if (result.failure.status === 429)
      sender.limit.until = Date.now() + Math.min(result.failure.retryAfterMs ?? LIMIT_PAUSE_MS, MAX_PAUSE_MS);
    const ms = pauseBefore(tries, request.method, result, sender);
    if (ms === undefined) throw result;
    sender.onPause(ms, result);
    await pause(ms, undefined, sender.signal && { signal: sender.signal }).catch(() => {
      throw result;
    });
  }
}
