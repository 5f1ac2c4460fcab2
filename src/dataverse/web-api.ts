import { setTimeout as pause } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { parseRetryAfter } from '../http/retry-after.ts';
import { isObject, parseJson } from '../json.ts';
import { RegistrationError, refusedBy } from './dataverse-error.ts';

/** A row as the Web API gives it. */
export type Row = Readonly<Record<string, unknown>>;

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/** A request as it may be shown: the key of the queue is masked, the token is left out. */
export interface ShownRequest {
  readonly method: Method;
  /** Below the environment's URL. */
  readonly path: string;
  readonly body?: Row;
}

export interface WebApiOptions {
  /** Such as `https://contoso.crm.dynamics.com`. */
  readonly origin: string;
  /** An access token for the scope ORIGIN/.default. */
  readonly token: (scope: string) => Promise<string>;
  /** Unique name of the solution that new components are put into. */
  readonly solution?: string | undefined;
  /** Reads are sent, writes are only shown. */
  readonly dryRun: boolean;
  /** For one request and its whole answer; making a step can take Dataverse many seconds. */
  readonly timeoutMs?: number;
  readonly onRequest?: (request: ShownRequest) => void;
  /** Dataverse asked for a pause: milliseconds. */
  readonly onPause?: (ms: number) => void;
}

/** Dataverse's Web API. Paths are below `/api/data/v9.2/`. All throw `WebApiError`, or `RegistrationError` when there was no answer. */
export interface WebApi {
  /** The rows of a collection; one page, which the Web API makes 5000 rows long. */
  list(path: string): Promise<Row[]>;
  get(path: string): Promise<Row>;
  /** The row as it was stored; `undefined` in a dry run. */
  create(entitySet: string, body: Row): Promise<Row | undefined>;
  update(path: string, body: Row): Promise<void>;
  delete(path: string): Promise<void>;
  /** A bound action without parameters; `false` when it was not sent, in a dry run. */
  act(path: string): Promise<boolean>;
  close(): Promise<void>;
}

/** A text as a literal in `$filter`. */
export const literal = (text: string) => `'${encodeURIComponent(text.replaceAll("'", "''"))}'`;

const BASE = '/api/data/v9.2/';
const CONNECT_TIMEOUT_MS = 10_000;
const TIMEOUT_MS = 60_000;
/** The attributes of a large table take some hundred kilobytes. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;
/** Dataverse's limits count over five minutes, so no longer pause makes sense (Dataverse docs, api-limits). */
const MAX_PAUSE_MS = 5 * 60_000;
const DEFAULT_PAUSE_MS = 10_000;
const MAX_TRIES = 4;

const HEADERS = {
  accept: 'application/json',
  'content-type': 'application/json; charset=utf-8',
  'odata-version': '4.0',
  'odata-maxversion': '4.0',
  'user-agent': 'dynamics-to-cor',
};

const mask = (body: Row): Row => ('saskey' in body ? { ...body, saskey: '***' } : body);

export function createWebApi(options: WebApiOptions): WebApi {
  const { origin, dryRun, timeoutMs = TIMEOUT_MS } = options;
  const agent = new Agent({
    connect: { timeout: CONNECT_TIMEOUT_MS },
    maxResponseSize: MAX_ANSWER_BYTES,
  });

  async function exchange(method: Method, path: string, body: Row | undefined, headers: object) {
    try {
      const answer = await request(origin + path, {
        dispatcher: agent,
        method,
        headers: { ...HEADERS, ...headers },
        body: body ? JSON.stringify(body) : null,
        signal: AbortSignal.timeout(timeoutMs),
      });
      const text = await answer.body.text();
      return { status: answer.statusCode, retryAfter: answer.headers['retry-after'], text };
    } catch (error) {
      const { code, name } = error as { code?: unknown; name?: unknown };
      const reason =
        name === 'TimeoutError'
          ? `none within ${timeoutMs / 1000} s`
          : typeof code === 'string'
            ? code
            : 'network error';
      throw new RegistrationError(
        `${method} ${path}: no answer from ${origin} (${reason}). Check --org and the network; it is safe to run the command again.`,
      );
    }
  }

  async function send(method: Method, path: string, body?: Row, extra: object = {}) {
    const whole = `${BASE}${path}`;
    options.onRequest?.({ method, path: whole, ...(body && { body: mask(body) }) });
    if (dryRun && method !== 'GET') return undefined;
    for (let tries = 1; ; tries += 1) {
      const token = await options.token(`${origin}/.default`);
      const headers = { ...extra, authorization: `Bearer ${token}` };
      const { status, retryAfter, text } = await exchange(method, whole, body, headers);
      if (status >= 200 && status < 300) return text;
      // Only 429 is tried again, because only it says that nothing was done. Everything else is mended by running the command again.
      if (status !== 429 || tries >= MAX_TRIES)
        throw refusedBy(`${method} ${whole}`, status, text, [token, body?.saskey]);
      const ms = Math.min(parseRetryAfter(retryAfter, Date.now()) ?? DEFAULT_PAUSE_MS, MAX_PAUSE_MS);
      options.onPause?.(ms);
      await pause(ms);
    }
  }

  function parse(text: string | undefined, method: Method, path: string): Row {
    const json = parseJson(text ?? '');
    if (isObject(json)) return json;
    throw new RegistrationError(`${method} ${BASE}${path}: the answer is not Dataverse's. Check --org.`);
  }

  const get = async (path: string) => parse(await send('GET', path), 'GET', path);

  return {
    get,
    async list(path) {
      const { value } = await get(path);
      if (Array.isArray(value)) return value as Row[];
      throw new RegistrationError(`GET ${BASE}${path}: the answer holds no rows. Check --org.`);
    },
    async create(entitySet, body) {
      const text = await send('POST', entitySet, body, {
        prefer: 'return=representation',
        ...(options.solution && { 'mscrm.solutionuniquename': options.solution }),
      });
      return text === undefined ? undefined : parse(text, 'POST', entitySet);
    },
    async update(path, body) {
      // Without If-Match a PATCH makes the row when somebody has just deleted it.
      await send('PATCH', path, body, { 'if-match': '*' });
    },
    async delete(path) {
      await send('DELETE', path);
    },
    async act(path) {
      return (await send('POST', path)) !== undefined;
    },
    close: () => agent.close(),
  };
}
