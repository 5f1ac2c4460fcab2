import { MINUTE_MS } from '../duration.ts';
import type { HttpRequest } from '../http/exchange.ts';
import { isObject, parseJson } from '../json.ts';
import type { AccessTokens } from './access-token.ts';
import { DataverseError, type Operator } from './dataverse-error.ts';
import {
  createPool,
  MAX_PAUSE_MS,
  type Row,
  type Sender,
  type ServiceLimit,
  send,
  type WebApiRequest,
} from './web-api-request.ts';

export type { Row } from './web-api-request.ts';

/** A request as it may be shown: the key of the queue is masked, the token is left out. */
export interface ShownRequest {
  readonly method: HttpRequest['method'];
  /** Below the environment's URL. */
  readonly path: string;
  readonly body?: Row;
}

export interface WebApiOptions {
  /** Such as `https://contoso.crm.dynamics.com`. */
  readonly origin: string;
  /** Access tokens for the scope ORIGIN/.default. */
  readonly tokens: AccessTokens;
  /** How texts for an operator call the environment's URL and the login. Default: the app's. */
  readonly operator?: Operator;
  /** Unique name of the solution that new components are put into. */
  readonly solution?: string | undefined;
  /** Reads are sent, writes are only shown. Default false. */
  readonly dryRun?: boolean;
  /** For one request and its whole answer; making a step can take Dataverse many seconds. Default 60 000. */
  readonly timeoutMs?: number;
  /** Connections at once. Default 4. */
  readonly connections?: number;
  /**
   * A longer pause is not waited for: the call fails, and its failure says how long. Default five minutes.
   */
  readonly maxPauseMs?: number;
  /** The first pause after an answer that was lost; the next ones double. Default 1 000. */
  readonly firstPauseMs?: number;
  /** Ends a pause. */
  readonly signal?: AbortSignal;
  /** Shared by all clients of a process that are one user of the environment. Default: one of its own. */
  readonly limit?: ServiceLimit;
  readonly onRequest?: (request: ShownRequest) => void;
  /** The same request goes out once more after so many milliseconds. */
  readonly onPause?: (ms: number, why: DataverseError) => void;
}

/** Dataverse's Web API. Paths are below `/api/data/v9.2/`. All throw `DataverseError`. */
export interface WebApi {
  /** A collection, page by page. */
  pages(path: string, options?: PageOptions): AsyncGenerator<readonly Row[]>;
  /** All rows of a collection. For one that is known to be small. */
  list(path: string): Promise<Row[]>;
  get(path: string, annotations?: readonly string[]): Promise<Row>;
  /** The row as it was stored; `undefined` in a dry run. */
  create(entitySet: string, body: Row): Promise<Row | undefined>;
  update(path: string, body: Row): Promise<void>;
  delete(path: string): Promise<void>;
  /** A bound action without parameters; `false` when it was not sent, in a dry run. */
  act(path: string): Promise<boolean>;
  close(): Promise<void>;
}

interface PageOptions {
  /** Rows in a page: 1 to 5,000, the default. */
  readonly pageSize?: number;
  /** Annotations that come with the rows. */
  readonly annotations?: readonly string[];
}

/** A text as a literal in `$filter`. */
export const literal = (text: string) => `'${encodeURIComponent(text.replaceAll("'", "''"))}'`;

const BASE = '/api/data/v9.2/';
const TIMEOUT_MS = MINUTE_MS;
const MAX_PAGE_SIZE = 5_000;

const APP: Operator = {
  urlSetting: 'DATAVERSE_URL',
  role: 'an application user of the environment that may read the tables of the mapping',
};

const mask = (body: Row): Row => ('saskey' in body ? { ...body, saskey: '***' } : body);

/** The answer is not Dataverse's: something else stands at that URL, for now or for good. */
function foreign(request: string, what: string, operator: Operator): DataverseError {
  const description = `${request}: the answer ${what}. Check ${operator.urlSetting}.`;
  return new DataverseError({ class: 'transient', code: 'NOT_DATAVERSE', description });
}

function parseRow(text: string, request: string, operator: Operator): Row {
  const json = parseJson(text);
  if (isObject(json)) return json;
  throw foreign(request, "is not Dataverse's", operator);
}

/** Where the next page is, below the origin: the request to it carries the token, so it goes nowhere else. */
function nextPath(link: unknown, request: string, { origin, operator }: Sender): string | undefined {
  if (link === undefined) return undefined;
  const url = typeof link === 'string' ? URL.parse(link) : null;
  if (url?.origin === origin && url.pathname.startsWith(BASE)) return `${url.pathname}${url.search}`;
  throw foreign(request, 'leads to a next page outside the environment', operator);
}

function included(annotations: readonly string[]): string[] {
  return annotations.length > 0 ? [`odata.include-annotations="${annotations.join(',')}"`] : [];
}

/** A page that was asked for. */
interface Page {
  readonly shown: string;
  readonly text: Promise<string>;
}

/**
 * Never calls the same page twice: a link that leads back would make a collection without end. The next page
 * is under way while the caller works on one: still one request at a time.
 */
async function* readPages(
  path: string,
  { pageSize = MAX_PAGE_SIZE, annotations = [] }: PageOptions,
  request: Request,
): AsyncGenerator<readonly Row[]> {
  // A next link holds neither: the same header goes with every page.
  const prefer = [`odata.maxpagesize=${pageSize}`, ...included(annotations)];
  const headers = { prefer: prefer.join(',') };
  const { operator } = request.sender;
  const seen = new Set<string>();
  const ask = (next: string): Page => {
    seen.add(next);
    const text = request.read({ method: 'GET', path: next, headers });
    // Whoever takes the page hears of it; nobody may want it any more.
    text.catch(() => undefined);
    return { shown: `GET ${next}`, text };
  };
  let page: Page | undefined = ask(`${BASE}${path}`);
  while (page) {
    const { shown, text } = page;
    const answer = parseRow(await text, shown, operator);
    if (!Array.isArray(answer.value)) throw foreign(shown, 'holds no rows', operator);
    const next = nextPath(answer['@odata.nextLink'], shown, request.sender);
    if (next !== undefined && seen.has(next))
      throw foreign(shown, 'leads back to a page that was read', operator);
    page = next === undefined ? undefined : ask(next);
    yield answer.value.filter(isObject);
  }
}

/** What a request goes through: shown to whoever wants to see it, then sent. */
interface Request {
  readonly sender: Sender;
  read(request: WebApiRequest): Promise<string>;
  /** `undefined` in a dry run. */
  write(request: WebApiRequest): Promise<string | undefined>;
}

function requests(options: WebApiOptions): Request {
  const sender: Sender = {
    origin: options.origin,
    tokens: options.tokens,
    operator: options.operator ?? APP,
    pool: createPool(options.origin, options.connections ?? 4),
    timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
    maxPauseMs: options.maxPauseMs ?? MAX_PAUSE_MS,
    firstPauseMs: options.firstPauseMs ?? 1_000,
    signal: options.signal,
    onPause: options.onPause ?? (() => undefined),
    limit: options.limit ?? { until: 0 },
  };
  const show = ({ method, path, body }: WebApiRequest) =>
    options.onRequest?.({ method, path, ...(body && { body: mask(body) }) });
  return {
    sender,
    async read(request) {
      show(request);
      return send(request, sender);
    },
    async write(request) {
      show(request);
      return options.dryRun ? undefined : send(request, sender);
    },
  };
}

export function createWebApi(options: WebApiOptions): WebApi {
  const request = requests(options);
  const { sender } = request;
  const pages = (path: string, page: PageOptions = {}) => readPages(path, page, request);

  return {
    pages,
    async list(path) {
      const rows: Row[] = [];
      for await (const page of pages(path)) rows.push(...page);
      return rows;
    },
    async get(path, annotations = []) {
      const [prefer] = included(annotations);
      const headers = prefer === undefined ? {} : { prefer };
      const text = await request.read({ method: 'GET', path: `${BASE}${path}`, headers });
      return parseRow(text, `GET ${BASE}${path}`, sender.operator);
    },
    async create(entitySet, body) {
      const headers = {
        prefer: 'return=representation',
        ...(options.solution && { 'mscrm.solutionuniquename': options.solution }),
      };
      const text = await request.write({ method: 'POST', path: `${BASE}${entitySet}`, body, headers });
      return text === undefined ? undefined : parseRow(text, `POST ${BASE}${entitySet}`, sender.operator);
    },
    async update(path, body) {
      // Without If-Match a PATCH makes the row when somebody has just deleted it.
      await request.write({ method: 'PATCH', path: `${BASE}${path}`, body, headers: { 'if-match': '*' } });
    },
    async delete(path) {
      await request.write({ method: 'DELETE', path: `${BASE}${path}` });
    },
    async act(path) {
      return (await request.write({ method: 'POST', path: `${BASE}${path}` })) !== undefined;
    },
    close: () => sender.pool.close(),
  };
}
