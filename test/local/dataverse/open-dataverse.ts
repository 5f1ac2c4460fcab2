import { onTestFinished } from 'vitest';
import { startLocalDataverse } from '../../../local/dataverse/local-dataverse.ts';
import type { LocalDataverse, LocalDataverseOptions } from '../../../local/dataverse/options.ts';

type Row = Readonly<Record<string, unknown>>;

/** Members that the tests read, of whatever kind the answer is. */
export interface Body {
  readonly value: readonly Row[];
  readonly error: { readonly code: string; readonly message: string };
  readonly Attributes: readonly Row[];
  readonly Detail: unknown;
  readonly '@odata.nextLink': string;
  readonly '@odata.etag': string;
  readonly [name: string]: unknown;
}

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Empty when the answer is no JSON. */
  readonly body: Body;
  readonly text: string;
}

export interface Open extends LocalDataverse {
  /** `path` below the base, or a whole link. */
  ask(method: string, path: string, body?: object, headers?: Record<string, string>): Promise<Answer>;
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
}

/** Starts one for this test, and speaks to it over a socket. */
export async function openDataverse(options: LocalDataverseOptions = {}): Promise<Open> {
  const dataverse = await startLocalDataverse({ rows: 'samples', ...options });
  onTestFinished(() => dataverse.close());
  async function ask(method: string, path: string, body?: object, headers: Record<string, string> = {}) {
    const url = path.startsWith('http') ? path : `${dataverse.url}/api/data/v9.2/${path}`;
    const response = await fetch(url, {
      method,
      headers: {
        accept: 'application/json',
        'odata-version': '4.0',
        'odata-maxversion': '4.0',
        authorization: `Bearer ${dataverse.token}`,
        ...(body && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json');
    return {
      status: response.status,
      headers: response.headers,
      body: (isJson && text ? JSON.parse(text) : {}) as Body,
      text,
    };
  }
  return Object.assign(dataverse, {
    ask,
    get: (path: string, headers?: Record<string, string>) => ask('GET', path, undefined, headers),
  });
}
