import type { Preferences } from './prefer.ts';

/** A request with a good token, taken apart. */
export interface Asked {
  readonly method: string;
  /** Below the base, decoded, without the query. */
  readonly path: string;
  readonly parameters: URLSearchParams;
  /** The request's own address without `$skiptoken`, as the client wrote it. */
  readonly address: string;
  /** `http://HOST/api/data/v9.2/` */
  readonly base: string;
  readonly payload: unknown;
  readonly prefer: Preferences;
  readonly header: (name: string) => string | undefined;
}

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  /** JSON that is written already. */
  readonly text?: string;
}
