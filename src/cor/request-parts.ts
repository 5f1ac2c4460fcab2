import type { HttpRequest } from '../http/exchange.ts';
import type { CallContext } from './cor-client.ts';
import type { Token } from './token.ts';

export const USER_AGENT = 'dynamics-to-cor';

/** RFC 7617. A colon in the key would move the boundary between key and secret. */
export function basicCredential(apiKey: string, clientSecret: string): string {
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

export function requestHeaders(token: Token, context: CallContext | undefined): string[] {
  const headers = ['authorization', token.authorization, ...FIXED_HEADERS];
  const correlationId = context?.correlationId;
  // It comes from the message: whatever could not stand in a header is left out rather than failing the call.
  if (correlationId !== undefined && /^[\x21-\x7e]{1,128}$/.test(correlationId))
    headers.push('x-correlation-id', correlationId);
  return headers;
}

/** W3C Trace Context, where the request is traced. */
export function withTrace(request: HttpRequest, traceParent: string | undefined): HttpRequest {
  if (traceParent === undefined) return request;
  return { ...request, headers: [...request.headers, 'traceparent', traceParent] };
}
