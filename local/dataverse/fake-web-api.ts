import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { parseJson } from '../../src/json.ts';
import { badPayload, Refusal } from './refusal.ts';
import { answer, type Reply } from './routes.ts';
import { createStore, type Store } from './store.ts';
import { DEFAULT_SWITCHES, type Switches } from './switches.ts';

/** A request that came in; the token is not kept. */
interface SeenRequest {
  readonly method: string;
  /** Decoded, below `/api/data/v9.2/`. */
  readonly path: string;
  readonly body: unknown;
  readonly solution: string | undefined;
}

/** An answer that is given instead of the next one. */
interface Fault {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface FakeWebApi {
  readonly url: string;
  readonly store: Store;
  readonly requests: SeenRequest[];
  /** Given one by one, before anything is done. */
  readonly faults: Fault[];
  close(): Promise<void>;
}

export interface FakeOptions {
  /** Columns by logical name of the table. */
  readonly tables: Readonly<Record<string, readonly string[]>>;
  /** The one bearer token that is accepted. */
  readonly token: string;
  readonly switches?: Partial<Switches>;
  /** Unique names of the solutions that are there. */
  readonly solutions?: readonly string[];
}

const BASE = '/api/data/v9.2/';
const NAME = 'a fake of the Dataverse Web API for tests on one machine';

function checkHeaders({ headers, method }: IncomingMessage, { solutions = [] }: FakeOptions): void {
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

function send(response: ServerResponse, { status, headers, json }: Reply): void {
  const body = json === undefined ? undefined : JSON.stringify(json);
  response.writeHead(status, {
    server: NAME,
    'odata-version': '4.0',
    ...(body !== undefined && { 'content-type': 'application/json; odata.metadata=minimal' }),
    ...headers,
  });
  response.end(body);
}

/** Starts the fake on a free port of 127.0.0.1. It knows service endpoints, steps, images, and what they refer to. */
export async function startFakeWebApi(options: FakeOptions): Promise<FakeWebApi> {
  const store = createStore(options.tables, { ...DEFAULT_SWITCHES, ...options.switches });
  const requests: SeenRequest[] = [];
  const faults: Fault[] = [];

  async function handle(request: IncomingMessage): Promise<Reply> {
    const body = await text(request);
    const url = new URL(request.url ?? '/', 'http://fake');
    if (!url.pathname.startsWith(BASE))
      return {
        status: 404,
        json: { error: { code: '0x0', message: `This is ${NAME}: try ${BASE}WhoAmI.` } },
      };
    const method = request.method ?? '';
    const path = decodeURIComponent(url.pathname.slice(BASE.length));
    const query = url.search ? decodeURIComponent(url.search) : '';
    const solution = request.headers['mscrm.solutionuniquename'];
    requests.push({
      method,
      path: path + query,
      body: body === '' ? undefined : parseJson(body),
      solution: solution === undefined ? undefined : String(solution),
    });
    const fault = faults.shift();
    if (fault)
      return { status: fault.status, headers: fault.headers ?? {}, json: parseJson(fault.body ?? 'null') };
    // Dataverse answers a bad token without a body.
    if (request.headers.authorization !== `Bearer ${options.token}`)
      return { status: 401, headers: { 'www-authenticate': 'Bearer' } };
    checkHeaders(request, options);
    return answer(store, {
      method,
      path,
      parameters: url.searchParams,
      payload: parseJson(body),
      wantsRow: request.headers.prefer?.includes('return=representation') ?? false,
      mayCreate: request.headers['if-match'] !== '*',
    });
  }

  const server = createServer((request, response) => {
    handle(request).then(
      (reply) => send(response, reply),
      (error: unknown) => {
        const { status, code, message } =
          error instanceof Refusal
            ? error
            : new Refusal(500, '0x80040216', `The fake failed: ${String(error)}`);
        send(response, { status, json: { error: { code, message } } });
      },
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    store,
    requests,
    faults,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
