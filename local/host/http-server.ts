import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { InvocationRequest, NullableString, RpcHttp } from './core-types.ts';
import type { InvocationEvent } from './host-events.ts';
import type { HttpRoute } from './http-route.ts';
import type { InvocationResult } from './invocation.ts';
import { watchedInvocation } from './watched-invocation.ts';

export interface HttpEndpointOptions {
  readonly routes: readonly HttpRoute[];
  /** What `x-functions-key` or `?code=` has to be for functions that are not anonymous. */
  readonly functionsKey: string;
  /** 0: any free port. */
  readonly port: number;
  /** Runs a timer function now; `undefined` when there is none of that name. */
  runTimer(functionName: string): Promise<void> | undefined;
  invoke(functionName: string, request: InvocationRequest): Promise<InvocationResult>;
  onInvocation(event: InvocationEvent): void;
  onError(message: string): void;
}

export interface HttpEndpoint {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Serves the HTTP functions on loopback. As in Azure, a wrong method is a 404 and a missing key a 401, both
 * without a body.
 */
export async function startHttpEndpoint(options: HttpEndpointOptions): Promise<HttpEndpoint> {
  const server = createServer((request, response) => {
    answer(request, response, options).catch((error: unknown) => {
      options.onError(`${request.method} ${request.url?.split('?')[0]} was not answered: ${error}`);
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  server.listen(options.port, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  options: HttpEndpointOptions,
): Promise<void> {
  const url = new URL(request.url ?? '/', `http://${request.headers.host ?? '127.0.0.1'}`);
  const method = request.method ?? 'GET';
  if (url.pathname.startsWith('/admin/functions/')) return runByHand(request, response, url, options);
  const route = options.routes.find(({ methods, path }) => methods.has(method) && path.test(url.pathname));
  if (!route) return end(response, 404);
  const key = request.headers['x-functions-key'] ?? url.searchParams.get('code');
  if (!route.anonymous && key !== options.functionsKey) return end(response, 401);

  const sent = await buffer(request);
  // As the real host (azure-functions-nodejs-worker issue 524): what is sent in chunks arrives empty.
  const body = Number(request.headers['content-length'] ?? 0) > 0 ? sent : undefined;
  const http: RpcHttp = {
    method,
    url: url.href,
    nullableHeaders: nullable(
      Object.entries(request.headers).map(([name, value]) => [name, String(value ?? '')]),
    ),
    nullableQuery: nullable(joinRepeated(url.searchParams)),
    nullableParams: nullable(pathParameters(route, url.pathname)),
    ...(body && { body: { bytes: body } }),
  };
  const { functionName, bindingName } = route;
  const result = await watchedInvocation(
    {
      functionName,
      inputData: [{ name: bindingName, data: { http } }],
      traceParent: request.headers.traceparent?.toString(),
    },
    (invocation) => options.invoke(functionName, invocation),
    options.onInvocation,
  );
  if (!result.succeeded) return end(response, 500);
  const reply = result.response.returnValue?.http;
  if (!reply) return end(response, 204);
  if (reply.cookies?.length) throw new Error('cookies are not served by this stand-in');
  response.writeHead(Number(reply.statusCode ?? 200), { ...reply.headers });
  response.end(reply.body?.bytes ?? reply.body?.string);
}

/**
 * `POST /admin/functions/NAME` runs a timer function, as the real host does for who has the master key; here
 * that is the function key.
 */
async function runByHand(
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  options: HttpEndpointOptions,
): Promise<void> {
  if (request.method !== 'POST') return end(response, 404);
  if (request.headers['x-functions-key'] !== options.functionsKey) return end(response, 401);
  const run = options.runTimer(decodeURIComponent(url.pathname.slice('/admin/functions/'.length)));
  if (!run) return end(response, 404);
  end(response, 202);
  await run;
}

function end(response: ServerResponse, statusCode: number): void {
  response.writeHead(statusCode).end();
}

function nullable(entries: Iterable<readonly [string, string]>): Record<string, NullableString> {
  return Object.fromEntries(Array.from(entries, ([name, value]) => [name, { value }]));
}

/** The host hands a repeated query parameter over as one value with commas. */
function joinRepeated(query: URLSearchParams): [string, string][] {
  return [...new Set(query.keys())].map((name) => [name, query.getAll(name).join(',')]);
}

function pathParameters(route: HttpRoute, path: string): [string, string][] {
  const groups = route.path.exec(path)?.groups ?? {};
  return Object.entries(groups)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, decodeURIComponent(value)]);
}
