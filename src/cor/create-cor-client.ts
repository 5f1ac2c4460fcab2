import { Pool } from 'undici';
import { endDeadline, startDeadline } from '../http/deadline.ts';
import { parseEndpoint, pathSegment } from '../http/endpoint.ts';
import { exchange } from '../http/exchange.ts';
import type { Secrets } from '../http/redact.ts';
import { readAnswer } from './answer.ts';
import type { CorOperation } from './classify.ts';
import type { CallContext, CorAnswer, CorClient, CorFailure, WorkspaceShare } from './cor-client.ts';
import { basicCredential, requestHeaders, USER_AGENT, withTrace } from './request-parts.ts';
import { unresolvedReference } from './secret-reference.ts';
import { DEFAULT_SOURCE } from './sources.ts';
import { createTokenSource, type Token, tokenWithin, withToken } from './token.ts';
import { requestToken, tokenRequest } from './token-request.ts';
import { type CallObservers, watchCall } from './watch-call.ts';

export interface CorClientOptions extends CallObservers {
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
  /** The token endpoint named a lifetime that is none; must not throw. */
  readonly onOddLifetime?: () => void;
}

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
    onOddLifetime,
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
    const watched = watchCall(
      options,
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

  async function run(call: Call): Promise<CorAnswer> {
    const deadline = startDeadline(timeoutMs);
    const body = JSON.stringify(call.body);

    const send = async (token: Token): Promise<CorAnswer> => {
      const watched = watchCall(options, { ...call, origin: api.origin }, call.context);
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
