import type { IncomingMessage } from 'node:http';

/**
 * Why a request is not the page's own; `undefined` when it is. A site that a browser of this machine has open
 * could send requests here: the Host gives away a name of its own that it let point to 127.0.0.1, the Origin
 * a form or a script of another page. A program without a browser sends no Origin.
 */
export function requestProblem({ headers, method }: IncomingMessage, port: number): string | undefined {
  const own = [`127.0.0.1:${port}`, `localhost:${port}`];
  if (!own.includes(headers.host ?? '')) return 'The Host is not this page.';
  if (headers.origin !== undefined && !own.some((host) => headers.origin === `http://${host}`))
    return 'The Origin is not this page.';
  if (method === 'POST' && !headers['content-type']?.startsWith('application/json'))
    return 'A POST needs content-type application/json.';
  return undefined;
}
