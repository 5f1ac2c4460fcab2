import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { type Answer, json } from './error-bodies.ts';
import type { CorSwitches } from './switches.ts';

const UNAUTHORIZED = json(401, { error: 401, message: 'Unauthorized' });

/** Issues and checks bearer tokens, as COR's client-credentials grant describes them. */
export interface Tokens {
  issue(request: IncomingMessage, body: string, switches: CorSwitches): Answer;
  /** The 401 to send, or undefined when the request carries a token in force. */
  check(request: IncomingMessage): Answer | undefined;
  invalidate(): void;
}

export function createTokens(apiKey: string, clientSecret: string): Tokens {
  const basic = `Basic ${Buffer.from(`${apiKey}:${clientSecret}`).toString('base64')}`;
  const expiries = new Map<string, number>();

  return {
    issue(request, body, { refuseCredentials, expiresInSeconds }) {
      if (refuseCredentials !== null) {
        return json(refuseCredentials, { error: refuseCredentials, message: 'The credentials were refused' });
      }
      const { authorization } = request.headers;
      if (!authorization?.startsWith('Basic '))
        return json(400, { error: 400, message: 'The Basic header is missing' });
      if (authorization !== basic) return UNAUTHORIZED;
      const query = new URLSearchParams(request.url?.split('?')[1]);
      if (query.get('grant_type') !== 'client_credentials' || body !== '') {
        return json(400, {
          error: 400,
          message: 'grant_type=client_credentials belongs in the query string, without a body',
        });
      }
      // Without expires_in COR's documentation says an hour.
      const lifetime = expiresInSeconds ?? 3600;
      const token = jwt({ sub: 1, exp: Math.floor(Date.now() / 1000 + lifetime) });
      expiries.set(token, Date.now() + lifetime * 1000);
      return json(200, {
        access_token: token,
        token_type: 'Bearer',
        ...(expiresInSeconds === null ? {} : { expires_in: expiresInSeconds }),
        refresh_token: randomBytes(24).toString('hex'),
      });
    },
    check({ headers: { authorization } }) {
      const token = authorization?.startsWith('Bearer ') ? authorization.slice('Bearer '.length) : '';
      return Date.now() < (expiries.get(token) ?? 0) ? undefined : UNAUTHORIZED;
    },
    invalidate: () => expiries.clear(),
  };
}

/** Looks like a JSON web token; the signature is random, as nobody verifies it. */
function jwt(claims: Record<string, unknown>): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}.${randomBytes(32).toString('base64url')}`;
}
