import type { Pool } from 'undici';
import type { Deadline } from './deadline.ts';

export interface HttpRequest {
  readonly method: 'POST' | 'PUT';
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
}

export interface HttpResponse {
  readonly kind: 'response';
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** `undefined` when the body was longer than the bound: it is not kept. */
  readonly text: string | undefined;
}

/** No complete response came. `code` is the network error's (`ECONNREFUSED`, `UND_ERR_SOCKET`) or `DEADLINE`. */
export interface NoResponse {
  readonly kind: 'noResponse';
  readonly code: string;
}

export type Exchange = HttpResponse | NoResponse;

/**
 * One request and its whole response, bounded in time by `deadline` and in size by `maxBodyBytes`. Never rejects, follows no redirect.
 *
 * `dispatch` rather than `request`: an aborted `request()` that still waits for a connection settles only once it gets one
 * (undici 8 lib/api/api-request.js), so a deadline could not be kept while all connections hang.
 */
export function exchange(
  pool: Pool,
  request: HttpRequest,
  deadline: Deadline,
  maxBodyBytes: number,
): Promise<Exchange> {
  return new Promise((resolve) => {
    let abort: (() => void) | undefined;
    let done = false;
    let status = 0;
    let headers: HttpResponse['headers'] = {};
    let size = 0;
    const chunks: Buffer[] = [];

    const finish = (result: Exchange) => {
      if (done) return;
      done = true;
      deadline.forget(onDeadline);
      resolve(result);
    };
    const onDeadline = () => {
      finish({ kind: 'noResponse', code: 'DEADLINE' });
      abort?.();
    };
    if (deadline.expired) return onDeadline();
    deadline.onExpire(onDeadline);

    pool.dispatch(
      { method: request.method, path: request.path, headers: request.headers, body: request.body ?? null },
      {
        onRequestStart(controller) {
          abort = () => controller.abort(new Error('given up'));
          // It waited in the pool's queue past its deadline: nobody wants it sent any more.
          if (done) abort();
        },
        onResponseStart(_controller, statusCode, responseHeaders) {
          status = statusCode;
          headers = responseHeaders;
        },
        onResponseData(_controller, chunk) {
          size += chunk.length;
          if (size <= maxBodyBytes) {
            chunks.push(chunk);
            return;
          }
          finish({ kind: 'response', status, headers, text: undefined });
          abort?.();
        },
        onResponseEnd() {
          finish({ kind: 'response', status, headers, text: decode(chunks) });
        },
        onResponseError(_controller, error) {
          finish({ kind: 'noResponse', code: errorCode(error) });
        },
      },
    );
  });
}

function decode(chunks: readonly Buffer[]): string {
  const first = chunks[0];
  if (!first) return '';
  const text = (chunks.length === 1 ? first : Buffer.concat(chunks)).toString('utf8');
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

function errorCode(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : 'NETWORK';
}
