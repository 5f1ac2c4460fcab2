import { Agent, type Dispatcher, interceptors, request } from 'undici';
import { parseJson } from '../cor/parse-json.ts';
import { parseRetryAfter } from '../cor/retry-after.ts';
import { isObject } from '../dynamics/json-object.ts';
import type { Row } from './component.ts';
import { RegistrationError } from './registration-error.ts';

/** Dataverse answered a request with an error. */
export class WebApiError extends Error {
  override readonly name = 'WebApiError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

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
  /** A bound action without parameters. */
  act(path: string): Promise<void>;
  close(): Promise<void>;
}

/** A text as a literal in `$filter`. */
export const literal = (text: string) => `'${encodeURIComponent(text.replaceAll("'", "''"))}'`;

const BASE = '/api/data/v9.2/';
const CONNECT_TIMEOUT_MS = 10_000;
/** Making a step can take Dataverse many seconds. */
const ANSWER_TIMEOUT_MS = 60_000;
/** The attributes of a large table take some hundred kilobytes. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;
/** Dataverse's limits count over five minutes, so no longer pause makes sense (Dataverse docs, api-limits). */
const MAX_PAUSE_MS = 5 * 60_000;
const MAX_TRIES_AFTER_429 = 3;
const MAX_MESSAGE = 600;

const HEADERS = {
  accept: 'application/json',
  'content-type': 'application/json; charset=utf-8',
  'odata-version': '4.0',
  'odata-maxversion': '4.0',
  'user-agent': 'dynamics-to-cor',
};

/** Only 429 is tried again, because only it says that nothing was done. Everything else is mended by running the command again. */
function retryWhenAsked(onPause: WebApiOptions['onPause']) {
  return interceptors.retry({
    throwOnError: false,
    retry: (error, { state }, done) => {
      const { statusCode, headers } = error as {
        statusCode?: number;
        headers?: Dispatcher.ResponseData['headers'];
      };
      if (statusCode !== 429 || state.counter > MAX_TRIES_AFTER_429) return void done(error);
      const pause = Math.min(parseRetryAfter(headers?.['retry-after'], Date.now()) ?? 10_000, MAX_PAUSE_MS);
      onPause?.(pause);
      setTimeout(() => done(null), pause);
    },
  });
}

const mask = (body: Row): Row => ('saskey' in body ? { ...body, saskey: '***' } : body);

/** `{"error":{"code","message"}}`, or nothing that can be read: a 401 has no body. */
function saidBy(text: string): string {
  const json = parseJson(text);
  const error = isObject(json) && isObject(json.error) ? json.error : {};
  return `${error.code ?? ''} ${error.message ?? ''}`.trim();
}

const ADVICE: Readonly<Record<number, string>> = {
  401: 'The environment refused the token: check --org, and that your Azure login belongs to its tenant.',
  403: 'The login needs to be a user (or application user) of the environment with the role System Customizer or System Administrator.',
  429: 'Dataverse limits the number of requests: try again in five minutes.',
};

export function createWebApi(options: WebApiOptions): WebApi {
  const agent = new Agent({
    connect: { timeout: CONNECT_TIMEOUT_MS },
    headersTimeout: ANSWER_TIMEOUT_MS,
    bodyTimeout: ANSWER_TIMEOUT_MS,
    maxResponseSize: MAX_ANSWER_BYTES,
  });
  const dispatcher = agent.compose(retryWhenAsked(options.onPause));

  /** Secrets that an answer may quote. */
  const withoutSecrets = (text: string, secrets: readonly unknown[]) =>
    secrets.reduce<string>(
      (safe, secret) => (typeof secret === 'string' ? safe.replaceAll(secret, '***') : safe),
      text,
    );

  async function send(method: Method, path: string, body?: Row, extra: Record<string, string> = {}) {
    const shown = `${BASE}${path}`;
    options.onRequest?.({ method, path: shown, ...(body && { body: mask(body) }) });
    if (options.dryRun && method !== 'GET') return undefined;
    const token = await options.token(`${options.origin}/.default`);
    let status: number;
    let text: string;
    try {
      const answer = await request(options.origin + shown, {
        dispatcher,
        method,
        headers: { ...HEADERS, ...extra, authorization: `Bearer ${token}` },
        body: body ? JSON.stringify(body) : null,
      });
      status = answer.statusCode;
      text = await answer.body.text();
    } catch (error) {
      const code = (error as { code?: unknown }).code;
      const reason = typeof code === 'string' ? code : 'network error';
      throw new RegistrationError(`${method} ${shown}: no answer from ${options.origin} (${reason}).`);
    }
    if (status >= 200 && status < 300) return text;
    const said = withoutSecrets(saidBy(text), [token, body?.saskey]).slice(0, MAX_MESSAGE);
    const advice = ADVICE[status];
    const message = [`${method} ${shown}: HTTP ${status}`, said].filter(Boolean).join(' ');
    throw new WebApiError(status, advice ? `${message}\n${advice}` : message);
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
      await send('POST', path);
    },
    close: () => agent.close(),
  };
}
