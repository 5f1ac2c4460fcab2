import { Pool } from 'undici';
import { endDeadline, startDeadline } from '../http/deadline.ts';
import { parseEndpoint, pathSegment } from '../http/endpoint.ts';
import { type Exchange, exchange, type HttpRequest } from '../http/exchange.ts';
import type { Secrets } from '../http/redact.ts';
import { type CorCallStart, type CorCallTrace, NO_TELEMETRY } from '../telemetry/telemetry.ts';
import { readAnswer, readRequestId } from './answer.ts';
import type { CorOperation } from './classify.ts';
import type { CallContext, CorAnswer, CorClient, CorFailure, WorkspaceShare } from './cor-client.ts';
import { unresolvedReference } from './secret-reference.ts';
import { DEFAULT_SOURCE } from './sources.ts';
import { createTokenSource, type Token, tokenWithin, withToken } from './token.ts';
import { requestToken, tokenRequest } from './token-request.ts';

/** One HTTP request as it ended: for logs and metrics, so it holds neither ids nor texts of a reply. */
export interface CorCallEvent {
  readonly method: 'POST' | 'PUT';
  /** `/v2/integrations/users/{userId}/attach`; for a token request the path of the token URL. */
  readonly pathTemplate: string;
  /** HTTP status; absent when no answer came. */
  readonly status?: number;
  readonly code?: string;
  readonly durationMs: number;
  readonly requestId?: string;
  /** Of the message that the call is made for. */
  readonly correlationId?: string;
  readonly failureClass?: CorFailure['class'];
}

export interface CorClientOptions {
  /**
   * Base of the Integrations API: `https://integrations.projectcor.com`. http is accepted on loopback only.
   */
  readonly baseUrl: string;
  /** `https://api.projectcor.com/v1/oauth/token` */
  readonly tokenUrl: string;
  readonly apiKey: string;
  readonly clientSecret: string;
  /**
   * `metadata.source` of all users and workspaces: COR may look external ids up by source. Default
   * `MICROSOFT_DYNAMICS`.
   */
  readonly source?: string;
  /** For one call in all, the token and a second try after a 401 included. Default 30 000. */
  readonly timeoutMs?: number;
  /** A longer reply is not read. Default 1 MiB. */
  readonly maxBodyBytes?: number;
  /** Connections to COR, one call each at a time. Default 16. */
  readonly connections?: number;
  /** UTC epoch milliseconds; for tests. Default `Date.now`. */
  readonly now?: () => number;
  readonly onCall?: (event: CorCallEvent) => void;
  /** The token endpoint named a lifetime that is none; must not throw. */
  readonly onOddLifetime?: () => void;
  /** Starts the trace of one HTTP request. Default: none. */
  readonly startTrace?: (start: CorCallStart) => CorCallTrace;
}

const USER_AGENT = 'dynamics-to-cor';

interface Call {
  readonly operation: CorOperation;
  readonly method: 'POST' | 'PUT';
  readonly path: string;
  readonly pathTemplate: string;
  readonly body: unknown;
  readonly context: CallContext | undefined;
}

/**
 * A client of COR's Integrations API. Throws an Error that names the setting when an option is unusable; its
 * calls never reject.
 */
export function createCorClient(options: CorClientOptions): CorClient {
  const {
    timeoutMs = 30_000,
    maxBodyBytes = 1024 * 1024,
    connections = 16,
    source = DEFAULT_SOURCE,
    now = Date.now,
    onCall,
    onOddLifetime,
    startTrace = NO_TELEMETRY.corCall,
  } = options;
  const metadata = { source };
  const api = parseEndpoint('COR_BASE_URL', options.baseUrl);
  const tokenEndpoint = parseEndpoint('COR_TOKEN_URL', options.tokenUrl);
  const basic = basicCredential(options.apiKey, options.clientSecret);
  const credentials: Secrets = [basic, options.clientSecret, options.apiKey];
  const prefix = api.path === '/' ? '' : api.path;

  const apiPool = createPool(api.origin, connections);
  // A pool of its own: a token must not wait behind calls that hang.
  const tokenPool = createPool(tokenEndpoint.origin, 1);
  let closed: Promise<void> | undefined;
  const askForToken = tokenRequest(tokenEndpoint, basic, USER_AGENT);
  const unresolved = unresolvedReference(options);
  const tokens = createTokenSource((context) => {
    if (unresolved) return Promise.resolve(unresolved);
    const watched = watch(
      { operation: 'token', method: 'POST', origin: tokenEndpoint.origin, pathTemplate: tokenEndpoint.path },
      context,
    );
    return requestToken(tokenPool, withTrace(askForToken, watched.traceParent), {
      timeoutMs,
      secrets: credentials,
      now,
      onExchange: (result, grant) => {
        watched.end(result, 'class' in grant ? grant : undefined, credentials);
        if ('lifetimeIgnored' in grant) onOddLifetime?.();
      },
    });
  }, now);

  /** One HTTP request from here to its end: traced, and told to `onCall`. */
  function watch(
    {
      operation,
      method,
      origin,
      pathTemplate,
    }: Pick<CorCallStart, 'operation' | 'method' | 'origin' | 'pathTemplate'>,
    { correlationId, traces }: CallContext = {},
  ) {
    const startedAt = performance.now();
    const trace = startTrace({ operation, method, origin, pathTemplate, correlationId, traces });
    return {
      traceParent: trace.traceParent,
      end(result: Exchange, failure: CorFailure | undefined, secrets: Secrets): void {
        const requestId = result.kind === 'response' ? readRequestId(result, secrets) : undefined;
        const event: CorCallEvent = {
          method,
          pathTemplate,
          durationMs: performance.now() - startedAt,
          ...(result.kind === 'response' ? { status: result.status } : {}),
          ...(failure?.code === undefined ? {} : { code: failure.code }),
          ...(failure === undefined ? {} : { failureClass: failure.class }),
          ...(requestId === undefined ? {} : { requestId }),
          ...(correlationId === undefined ? {} : { correlationId }),
        };
        trace.end(event);
        try {
          onCall?.(event);
        } catch {
          // A broken observer must not turn an applied call into a failed one.
        }
      },
    };
  }

  async function run(call: Call): Promise<CorAnswer> {
    const deadline = startDeadline(timeoutMs);
    const body = JSON.stringify(call.body);

    const send = async (token: Token): Promise<CorAnswer> => {
      const watched = watch({ ...call, origin: api.origin }, call.context);
      const request = {
        method: call.method,
        path: prefix + call.path,
        headers: requestHeaders(token, call.context),
        body,
      };
      const result = await exchange(apiPool, withTrace(request, watched.traceParent), deadline, maxBodyBytes);
      const secrets = [token.value, ...credentials];
      const answer = readAnswer(call.operation, result, secrets, now());
      watched.end(result, answer.ok ? undefined : answer.failure, secrets);
      return answer;
    };

    const outcome = await withToken(tokens, deadline, send, isTokenRefused, call.context);
    endDeadline(deadline);
    return outcome.ok ? outcome.answer : outcome;
  }

  function userCall(
    operation: 'attach' | 'detach',
    userId: string,
    workspaces: unknown,
    context?: CallContext,
  ): Promise<CorAnswer> {
    // An empty path segment names another route.
    if (userId === '') return Promise.resolve({ ok: false, failure: EMPTY_USER_ID });
    return run({
      operation,
      method: 'PUT',
      path: `/v2/integrations/users/${pathSegment(userId)}/${operation}`,
      pathTemplate: `/v2/integrations/users/{userId}/${operation}`,
      body: { workspaces, metadata },
      context,
    });
  }

  return {
    attach: (userId, workspaces, context) => userCall('attach', userId, workspaces.map(shareOnly), context),
    detach: (userId, workspaceIds, context) => userCall('detach', userId, workspaceIds, context),
    createWorkspace: ({ id, name }, context) =>
      run({
        operation: 'createWorkspace',
        method: 'POST',
        path: '/v2/integrations/workspaces',
        pathTemplate: '/v2/integrations/workspaces',
        body: { id, name, metadata },
        context,
      }),
    async checkCredentials() {
      const deadline = startDeadline(timeoutMs);
      const outcome = await tokenWithin(deadline, tokens);
      endDeadline(deadline);
      return outcome.ok ? undefined : outcome.failure;
    },
    close() {
      // undici refuses to close a pool twice.
      closed ??= Promise.all([apiPool.close(), tokenPool.close()]).then(() => undefined);
      return closed;
    },
  };
}

function createPool(origin: string, connections: number): Pool {
  return new Pool(origin, {
    connections,
    // The call's own deadline bounds both waits, and spares two timers a call.
    headersTimeout: 0,
    bodyTimeout: 0,
    // One call per connection makes the load that COR sees plain to bound and to reason about.
    allowH2: false,
  });
}

/** RFC 7617. A colon in the key would move the boundary between key and secret. */
function basicCredential(apiKey: string, clientSecret: string): string {
  if (apiKey === '' || apiKey.includes(':'))
    throw new Error('COR_API_KEY must not be empty or contain a colon');
  if (clientSecret === '') throw new Error('COR_CLIENT_SECRET must not be empty');
  return Buffer.from(`${apiKey}:${clientSecret}`, 'utf8').toString('base64');
}

const FIXED_HEADERS = [
  'content-type',
  'application/json',
  'accept',
  'application/json',
  'user-agent',
  USER_AGENT,
];

function requestHeaders(token: Token, context: CallContext | undefined): string[] {
  const headers = ['authorization', token.authorization, ...FIXED_HEADERS];
  const correlationId = context?.correlationId;
  // It comes from the message: whatever could not stand in a header is left out rather than failing the call.
  if (correlationId !== undefined && /^[\x21-\x7e]{1,128}$/.test(correlationId))
    headers.push('x-correlation-id', correlationId);
  return headers;
}

/** W3C Trace Context, where the request is traced. */
function withTrace(request: HttpRequest, traceParent: string | undefined): HttpRequest {
  if (traceParent === undefined) return request;
  return { ...request, headers: [...request.headers, 'traceparent', traceParent] };
}

/** Exactly the documented members, whatever else the caller's objects carry. */
function shareOnly({ workspaceId, percentage }: WorkspaceShare): WorkspaceShare {
  return { workspaceId, percentage };
}

function isTokenRefused(answer: CorAnswer): boolean {
  return !answer.ok && answer.failure.status === 401;
}

const EMPTY_USER_ID: CorFailure = {
  service: 'cor',
  class: 'validation',
  code: 'EMPTY_USER_ID',
  description: 'The external user id is empty, so COR was not called. Check the user column of the mapping.',
};
