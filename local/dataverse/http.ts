import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { parseJson } from '../../src/json.ts';
import { checkUser, UndocumentedRefusal, unauthorized } from './access.ts';
import { admin } from './admin.ts';
import { delay, type Fault, isWholeAnswer, takeFault } from './faults.ts';
import type { LocalDataverse, LocalDataverseOptions } from './options.ts';
import type { Organization } from './post-event.ts';
import { type Preferences, readPreferences } from './prefer.ts';
import { badPayload, Refusal } from './refusal.ts';
import type { Asked, Reply } from './request.ts';
import { answer } from './routes.ts';
import type { Throttle } from './throttle.ts';

/** What a request is answered from. */
interface Served {
  readonly dataverse: LocalDataverse;
  readonly options: LocalDataverseOptions;
  readonly organization: Organization;
  readonly throttle: Throttle;
}

/** A reply as it goes out. */
interface Outgoing {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

const BASE = '/api/data/v9.2/';
/** Dataverse docs, URL length; what a longer one is answered is not documented. */
const MAX_URL_LENGTH = 32_768;
const NAME = 'a local stand-in for Dataverse';
const JSON_TYPE = 'application/json; odata.metadata=minimal';
const HTML = '<!DOCTYPE html><html><body><h1>Dynamics 365</h1></body></html>';
const HELP_LINK = '@Microsoft.PowerApps.CDS.HelpLink';
const TRACE_TEXT = '@Microsoft.PowerApps.CDS.TraceText';

const headerOf = ({ headers }: IncomingMessage, name: string): string | undefined => {
  const value = headers[name];
  return Array.isArray(value) ? value.join(',') : value;
};

function checkHeaders(request: IncomingMessage, { solutions = [] }: LocalDataverseOptions): void {
  const { headers, method } = request;
  for (const name of ['odata-version', 'odata-maxversion'])
    if (headers[name] !== '4.0') throw badPayload(`The header ${name}: 4.0 is missing.`);
  if (!headers.accept?.includes('application/json'))
    throw badPayload('The header Accept: application/json is missing.');
  if ((method === 'POST' || method === 'PATCH') && !headers['content-type']?.includes('application/json'))
    throw badPayload('The header Content-Type: application/json is missing.');
  const solution = headers['mscrm.solutionuniquename'];
  if (solution !== undefined && !solutions.includes(String(solution)))
    throw new Refusal(400, '0x80048441', `The solution '${solution}' does not exist.`);
}

function outgoing({ status, headers, json, text: written }: Reply): Outgoing {
  const body = written ?? (json === undefined ? undefined : JSON.stringify(json));
  return {
    status,
    headers: {
      server: NAME,
      'odata-version': '4.0',
      ...(body !== undefined && { 'content-type': JSON_TYPE }),
      ...headers,
    },
    body,
  };
}

function refused(dataverse: LocalDataverse, error: unknown, prefer: Preferences): Outgoing {
  const refusal =
    error instanceof Refusal
      ? error
      : new Refusal(500, '0x80040216', `The local Dataverse failed: ${String(error)}`);
  const { status, code, message, headers } = refusal;
  const { undocumentedBody } = dataverse.store.switches;
  if (refusal instanceof UndocumentedRefusal && undocumentedBody !== 'json')
    return undocumentedBody === 'empty'
      ? { status, headers, body: undefined }
      : { status, headers: { ...headers, 'content-type': 'text/html' }, body: HTML };
  const traces = {
    ...(prefer.includes(HELP_LINK.slice(1)) && { [HELP_LINK]: 'https://go.microsoft.com/fwlink/' }),
    ...(prefer.includes(TRACE_TEXT.slice(1)) && { [TRACE_TEXT]: `at LocalDataverse: ${message}` }),
  };
  return outgoing({ status, headers, json: { error: { code, message, ...traces } } });
}

function givenBy({ status = 200, headers = {}, body }: Fault): Outgoing {
  const type = typeof parseJson(body ?? '') === 'string' ? 'text/html' : JSON_TYPE;
  return {
    status,
    headers: { server: NAME, ...(body !== undefined && { 'content-type': type }), ...headers },
    body,
  };
}

/** Throws `Refusal` unless the request may be answered; counts it in. */
function letIn({ dataverse, options, throttle }: Served, request: IncomingMessage) {
  const { store } = dataverse;
  const [, token = ''] = /^Bearer (.+)$/.exec(request.headers.authorization ?? '') ?? [];
  const accepts = options.acceptsToken ?? ((given: string) => given === dataverse.token);
  if (!accepts(token)) throw unauthorized(dataverse.url);
  checkUser(store);
  const leave = throttle.enter(store.switches, store.now());
  return () => leave(store.now());
}

async function answerWebApi(
  served: Served,
  request: IncomingMessage,
  url: URL,
  body: string,
  prefer: Preferences,
  delayMs: number,
): Promise<Outgoing> {
  const { dataverse, options, organization } = served;
  const path = decodeURIComponent(url.pathname.slice(BASE.length));
  const address = url.href.replace(/[?&]\$skiptoken=[^&]*/, '');
  const asked: Asked = {
    method: request.method ?? '',
    path,
    parameters: url.searchParams,
    address,
    base: `${url.origin}${BASE}`,
    payload: parseJson(body),
    prefer,
    header: (name) => headerOf(request, name),
  };
  const leave = letIn(served, request);
  try {
    // Inside of what is counted: requests that take long are concurrent.
    await delay(Math.max(delayMs, dataverse.store.switches.latencyMs));
    checkHeaders(request, options);
    const reply = outgoing(answer(dataverse.store, asked, organization));
    const applied = prefer.applied === undefined ? {} : { 'preference-applied': prefer.applied };
    return { ...reply, headers: { ...applied, ...reply.headers } };
  } finally {
    leave();
  }
}

async function answerAny(
  served: Served,
  request: IncomingMessage,
  fault: Fault | undefined,
  url: URL,
  body: string,
): Promise<Outgoing> {
  const { dataverse } = served;
  const prefer = readPreferences(headerOf(request, 'prefer'));
  try {
    if (url.pathname.startsWith('/admin/'))
      return outgoing(
        admin(dataverse, request.method ?? '', url.pathname, body === '' ? undefined : parseJson(body)),
      );
    if ((request.url ?? '').length > MAX_URL_LENGTH)
      throw new UndocumentedRefusal(414, '', 'The request URI is too long.');
    if (!url.pathname.startsWith(BASE))
      throw new Refusal(
        404,
        '0x0',
        `This is ${NAME}: the Web API is below ${BASE}, what it can be told below /admin/ (local/dataverse/admin.ts).`,
      );
    const { delayMs = 0 } = fault ?? {};
    if (fault && isWholeAnswer(fault)) {
      await delay(delayMs);
      return givenBy(fault);
    }
    return await answerWebApi(served, request, url, body, prefer, delayMs);
  } catch (error) {
    return refused(dataverse, error, prefer);
  }
}

async function remember(served: Served, request: IncomingMessage, url: URL, body: string): Promise<string> {
  const { dataverse, options } = served;
  if (!url.pathname.startsWith(BASE)) return '';
  const path = decodeURIComponent(url.pathname.slice(BASE.length));
  const query = url.search ? decodeURIComponent(url.search) : '';
  const seen = {
    method: request.method ?? '',
    path: path + query,
    body: body === '' ? undefined : parseJson(body),
    solution: headerOf(request, 'mscrm.solutionuniquename'),
    prefer: headerOf(request, 'prefer'),
  };
  dataverse.requests.push(seen);
  await options.onRequest?.(seen);
  return seen.path;
}

/** Answers one HTTP request, or does to it what the next fault says. */
export async function serveRequest(
  served: Served,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const body = await text(request);
    const url = new URL(request.url ?? '/', `http://${request.headers.host}`);
    const path = await remember(served, request, url, body);
    const fault = path === '' ? undefined : takeFault(served.dataverse.faults, path);
    if (fault?.how === 'hang') return;
    if (fault?.how === 'drop') {
      response.destroy();
      return;
    }
    const { status, headers, body: whole } = await answerAny(served, request, fault, url, body);
    const length = whole === undefined ? {} : { 'content-length': String(Buffer.byteLength(whole)) };
    response.writeHead(status, { ...length, ...headers });
    if (fault?.how !== 'cut' || whole === undefined) response.end(whole);
    else response.write(whole.slice(0, whole.length / 2), () => response.destroy());
  } catch (error) {
    // A client that went away while sending is its own affair; a fault of the stand-in must not look like one
    // of Dataverse's.
    if (request.complete) console.error('Local Dataverse:', error);
    response.destroy();
  }
}
