/**
 * A stand-in for COR's Integrations API, for trying the connector and for its tests. It is not COR: it is
 * written from COR's public documentation (developers.projectcor.com: quickstart, integrations introduction,
 * users attach/detach-workspaces, workspaces create/update, users create). Where that is silent, or differs
 * between pages, the behaviour is a switch (switches.ts); nothing here proves what the live service does.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { parseJson } from '../../src/json.ts';
import { admin } from './admin.ts';
import { createCallLog } from './call-log.ts';
import type { CorSandbox, CorSandboxOptions } from './cor-sandbox.ts';
import { type Answer, errorAnswer, json } from './error-bodies.ts';
import { Refusal } from './errors.ts';
import { createFaults } from './faults.ts';
import { createGate } from './gate.ts';
import { applyRoute, matchRoute, NO_SUCH_ROUTE, type Route } from './routes.ts';
import { createState } from './state.ts';
import { type InjectedFailure, readSwitches } from './switches.ts';
import { createTokens } from './tokens.ts';

export type { CorSandbox, CorSandboxOptions } from './cor-sandbox.ts';

export async function startCorSandbox(options: CorSandboxOptions = {}): Promise<CorSandbox> {
  const { apiKey = 'sandbox-key', clientSecret = 'sandbox-client-secret' } = options;
  let switches = readSwitches(options.switches ?? {});
  const state = createState();
  const tokens = createTokens(apiKey, clientSecret);
  const faults = createFaults();
  const gate = createGate();
  const log = createCallLog();
  for (const user of options.users ?? []) state.addUser(user);
  for (const workspace of options.workspaces ?? []) state.addWorkspace(workspace);

  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      // A client that went away while sending is its own affair; a fault of the sandbox must not look like
      // one of COR's.
      if (request.complete) console.error('COR sandbox:', error);
      response.destroy();
    });
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const arrivedAt = performance.now();
    const text = await readBody(request);
    const method = request.method ?? '';
    const [path = ''] = (request.url ?? '').split('?');
    const body = text === '' ? undefined : parseJson(text);
    if (path.startsWith('/admin/')) {
      send(response, admin(sandbox, method, path, body));
      return;
    }

    const route = matchRoute(method, path);
    const call = log.begin(request, route, body);
    response.once('close', () => log.end(call));
    const outcome = await answer(request, route, text, body, arrivedAt);
    if (outcome === 'drop') response.socket?.destroy();
    if (typeof outcome === 'string') return;
    log.answered(call, outcome.status);
    send(response, outcome);
  }

  async function answer(
    request: IncomingMessage,
    route: Route,
    text: string,
    body: unknown,
    arrivedAt: number,
  ): Promise<Answer | 'drop' | 'hang'> {
    if (switches.down) return 'drop';
    const target = route.operation === 'token' ? 'token' : 'api';
    if (switches.hang === target) return 'hang';
    const failure = faults.next(target, route.id, switches);
    if (failure?.when === 'before') return failureAnswer(failure);
    if (route.operation === 'unknown') return NO_SUCH_ROUTE;

    const result =
      target === 'token'
        ? tokens.issue(request, text, switches)
        : await answerApi(request, arrivedAt, () => applyRoute(route, body, state, switches));
    if (failure) return failureAnswer(failure);
    if (target === 'api') await gate.pass('after');
    return result;
  }

  async function answerApi(
    request: IncomingMessage,
    arrivedAt: number,
    apply: () => Answer,
  ): Promise<Answer> {
    await gate.pass('before');
    // From the request's arrival on, as a caller would say it; timers come up to a millisecond late.
    const latency = faults.latency(switches) - (performance.now() - arrivedAt);
    if (latency > 0) await delay(Math.floor(latency));

    const unauthorized = tokens.check(request);
    if (unauthorized) return unauthorized;
    if (switches.forbid) return json(403, { error: 403, message: 'Forbidden' });
    const limited = faults.overRate(switches);
    if (limited) {
      const headers = limited.retryAfter === null ? {} : { 'retry-after': limited.retryAfter };
      return json(429, { error: 429, message: 'Too Many Requests' }, headers);
    }
    try {
      return apply();
    } catch (error) {
      if (error instanceof Refusal) return errorAnswer(error.error, switches);
      throw error;
    }
  }

  let listensOn = options.port ?? 0;

  async function listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(listensOn, '127.0.0.1', () => {
        server.off('error', reject);
        resolve();
      });
    });
    listensOn = (server.address() as AddressInfo).port;
  }

  async function close(): Promise<void> {
    gate.release();
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  }

  const sandbox: CorSandbox = {
    get baseUrl() {
      return `http://127.0.0.1:${sandbox.port}`;
    },
    get tokenUrl() {
      return `${sandbox.baseUrl}/v1/oauth/token`;
    },
    get port() {
      return listensOn;
    },
    apiKey,
    clientSecret,
    get switches() {
      return switches;
    },
    set(changed) {
      switches = readSwitches({ ...switches, ...changed });
    },
    state: () =>
      Object.fromEntries(
        [...state.users.values()].map((user) => [user.id, Object.fromEntries(user.attached)]),
      ),
    workspaceIds: () => [...state.workspaces.keys()],
    calls: log.calls,
    clearCalls: log.clear,
    counts: log.counts,
    addUser: (user) => void state.addUser(user),
    addWorkspace: (workspace) => void state.addWorkspace(workspace),
    removeUser: (id) => state.users.delete(id),
    removeWorkspace: (id) => state.removeWorkspace(id),
    failNext: (count, failure) => sandbox.set({ failNext: [...switches.failNext, { ...failure, count }] }),
    invalidateTokens: tokens.invalidate,
    hold: (point = 'before') => gate.hold(point),
    held: (count = 1) => gate.held(count),
    release: gate.release,
    async restart(downMs) {
      await close();
      tokens.invalidate();
      await delay(downMs);
      await listen();
    },
    stop: close,
  };

  await listen();
  return sandbox;
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function failureAnswer({ status, body, retryAfter }: InjectedFailure): Answer | 'drop' {
  if (status === 'drop') return 'drop';
  const headers = retryAfter === undefined ? {} : { 'retry-after': retryAfter };
  if (typeof body === 'string') {
    const contentType = body.startsWith('<') ? 'text/html' : 'text/plain';
    return { status, contentType: `${contentType}; charset=utf-8`, body, headers };
  }
  const value = body === undefined ? { status, name: 'HttpException', message: 'Injected failure' } : body;
  return json(status, value, headers);
}

function send(response: ServerResponse, answer: Answer): void {
  response.writeHead(answer.status, {
    'content-type': answer.contentType,
    'content-length': Buffer.byteLength(answer.body),
    ...answer.headers,
  });
  response.end(answer.body);
}
