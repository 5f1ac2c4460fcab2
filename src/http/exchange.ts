import type { Dispatcher, Pool } from 'undici';
import { withoutByteOrderMark } from '../json.ts';
import type { Deadline } from './deadline.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  /** Name, value, name, value …: the form that undici takes as it is. */
  readonly headers: string[];
  readonly body?: string;
}

export interface HttpResponse {
  readonly kind: 'response';
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** `undefined` when the body was longer than the bound: it is not kept. */
  readonly text: string | undefined;
}

/**
 * No complete response came. `code` is the network error's (`ECONNREFUSED`, `UND_ERR_SOCKET`) or `DEADLINE`.
 */
interface NoResponse {
  readonly kind: 'noResponse';
  readonly code: string;
}

export type Exchange = HttpResponse | NoResponse;

/**
 * One request and its whole response, bounded in time by `deadline` and in size by `maxBodyBytes`. Never
 * rejects, follows no redirect.
 *
 * `dispatch` rather than `request`: an aborted `request()` that still waits for a connection settles only
 * once it gets one (undici 8 lib/api/api-request.js), so a deadline could not be kept while all connections
 * hang.
 */
export function exchange(
  pool: Pool,
  request: HttpRequest,
  deadline: Deadline,
  maxBodyBytes: number,
): Promise<Exchange> {
  if (deadline.expired) return Promise.resolve({ kind: 'noResponse', code: 'DEADLINE' });
  return new Promise((resolve) => {
    pool.dispatch(request, new ResponseReader(resolve, deadline, maxBodyBytes));
  });
}

/**
 * A class because it is undici's callback object: one allocation per call instead of a closure for each
 * callback.
 */
class ResponseReader implements Dispatcher.DispatchHandler {
  readonly #deadline: Deadline;
  readonly #maxBodyBytes: number;
  readonly #chunks: Buffer[] = [];
  #resolve: ((result: Exchange) => void) | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #status = 0;
  #headers: HttpResponse['headers'] = {};
  #size = 0;

  constructor(resolve: (result: Exchange) => void, deadline: Deadline, maxBodyBytes: number) {
    this.#resolve = resolve;
    this.#deadline = deadline;
    this.#maxBodyBytes = maxBodyBytes;
    deadline.onExpire = () => this.#giveUp({ kind: 'noResponse', code: 'DEADLINE' });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // It waited in the pool's queue past its deadline: nobody wants it sent any more.
    if (!this.#resolve) controller.abort(new Error('given up'));
  }

  onResponseStart(_controller: unknown, status: number, headers: HttpResponse['headers']): void {
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(_controller: unknown, chunk: Buffer): void {
    this.#size += chunk.length;
    if (this.#size <= this.#maxBodyBytes) this.#chunks.push(chunk);
    else this.#giveUp({ kind: 'response', status: this.#status, headers: this.#headers, text: undefined });
  }

  onResponseEnd(): void {
    this.#finish({
      kind: 'response',
      status: this.#status,
      headers: this.#headers,
      text: decode(this.#chunks),
    });
  }

  onResponseError(_controller: unknown, error: Error): void {
    this.#finish({ kind: 'noResponse', code: errorCode(error) });
  }

  #giveUp(result: Exchange): void {
    this.#finish(result);
    this.#controller?.abort(new Error('given up'));
  }

  #finish(result: Exchange): void {
    // Giving up makes undici report an error afterwards; by then the deadline may serve another wait.
    if (!this.#resolve) return;
    this.#deadline.onExpire = undefined;
    this.#resolve(result);
    this.#resolve = undefined;
  }
}

function decode(chunks: readonly Buffer[]): string {
  const first = chunks[0];
  if (!first) return '';
  return withoutByteOrderMark((chunks.length === 1 ? first : Buffer.concat(chunks)).toString('utf8'));
}

function errorCode(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : 'NETWORK';
}
