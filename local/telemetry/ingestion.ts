import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { createLoopbackCertificate } from './loopback-certificate.ts';

/**
 * One item of telemetry as it is sent (Breeze, `POST /v2.1/track`); it becomes a row of the App* table for
 * its `baseType`.
 */
export interface Envelope {
  readonly name: string;
  readonly time: string;
  readonly iKey: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly data: {
    readonly baseType:
      | 'RequestData'
      | 'RemoteDependencyData'
      | 'MessageData'
      | 'MetricData'
      | 'ExceptionData';
    // biome-ignore lint/suspicious/noExplicitAny: each base type has members of its own
    readonly baseData: Readonly<Record<string, any>>;
  };
}

/** `take`; `refuse`: 403, as for an identity without a role; `hang`: accepts and never answers. */
export type IngestionMode = 'take' | 'refuse' | 'hang';

export interface Ingestion {
  /** What APPLICATIONINSIGHTS_CONNECTION_STRING has to be. */
  readonly connectionString: string;
  /** What NODE_EXTRA_CA_CERTS has to be: the exporter speaks TLS only, it makes https of an http endpoint. */
  readonly certificatePath: string;
  /** All that was taken, in order of arrival. */
  readonly envelopes: readonly Envelope[];
  /** `Authorization` of each request, undefined where there was none. */
  readonly authorizations: readonly (string | undefined)[];
  readonly requests: number;
  set(mode: IngestionMode): void;
  stop(): Promise<void>;
}

const INSTRUMENTATION_KEY = '0f1e2d3c-4b5a-4678-8796-a5b4c3d2e1f0';

/** Stands in for the ingestion endpoint of Application Insights, over TLS on loopback. */
export async function startIngestion(mode: IngestionMode = 'take'): Promise<Ingestion> {
  const { key, certificate } = createLoopbackCertificate();
  const directory = mkdtempSync(join(tmpdir(), 'ingestion-'));
  const certificatePath = join(directory, 'certificate.pem');
  writeFileSync(certificatePath, certificate);

  const envelopes: Envelope[] = [];
  const authorizations: (string | undefined)[] = [];
  let requests = 0;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    requests += 1;
    authorizations.push(request.headers.authorization);
    const sent = await buffer(request);
    if (request.method !== 'POST' || request.url !== '/v2.1/track') {
      response.writeHead(404).end();
      return;
    }
    if (mode === 'hang') return;
    response.setHeader('content-type', 'application/json');
    if (mode === 'refuse') {
      response.writeHead(403).end(JSON.stringify({ itemsReceived: 0, itemsAccepted: 0, errors: [] }));
      return;
    }
    const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent;
    const items: Envelope[] = JSON.parse(body.toString('utf8'));
    envelopes.push(...items);
    response.end(JSON.stringify({ itemsReceived: items.length, itemsAccepted: items.length, errors: [] }));
  }

  const server = createServer({ key, cert: certificate }, (request, response) => {
    answer(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  return {
    connectionString: `InstrumentationKey=${INSTRUMENTATION_KEY};IngestionEndpoint=https://127.0.0.1:${port}/`,
    certificatePath,
    envelopes,
    authorizations,
    get requests() {
      return requests;
    },
    set(next) {
      mode = next;
    },
    async stop() {
      rmSync(directory, { recursive: true, force: true });
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
