import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import { lineText } from '../../cli/log/line-text.ts';
import { ACTIONS } from './actions.ts';
import type { Demo } from './demo.ts';
import { FAILURE_TRIALS, NOT_BY_CLICK } from './failures.ts';
import { createFeed } from './feed.ts';
import { requestProblem } from './own-requests.ts';

/**
 * The page that shows the demonstration and lets a person break it. Loopback only, for a browser of this
 * machine.
 */
export interface PageServer {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  close(): Promise<void>;
}

const MAX_BODY_BYTES = 64 * 1024;

const FILES: Readonly<Record<string, readonly [string, string]>> = {
  '/': ['index.html', 'text/html; charset=utf-8'],
  '/page.js': ['page.js', 'text/javascript; charset=utf-8'],
  '/page.css': ['page.css', 'text/css; charset=utf-8'],
};

const HEADERS = {
  'content-security-policy':
    "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

function answer(response: ServerResponse, status: number, type: string, body: string | Buffer): void {
  response.writeHead(status, { ...HEADERS, 'content-type': type }).end(body);
}

const answerJson = (response: ServerResponse, status: number, body: object) =>
  answer(response, status, 'application/json', JSON.stringify(body));

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw new Error('The body is too long.');
    chunks.push(chunk);
  }
  return chunks.length === 0 ? {} : JSON.parse(Buffer.concat(chunks).toString());
}

/** What does not change while the page is open: where the services are, the keys, what can be tried. */
function constants(demo: Demo): object {
  const { stack, dataverse, presets } = demo;
  return {
    failures: FAILURE_TRIALS.map(({ id, row }) => ({ id, row })),
    notByClick: NOT_BY_CLICK,
    timers: [
      ...new Set(
        presets.flatMap((preset) =>
          demo
            .host(preset)
            .functions.filter(({ bindings }) =>
              Object.values(bindings).some(({ type }) => type === 'timerTrigger'),
            )
            .map(({ name }) => name),
        ),
      ),
    ],
    services: [
      { name: 'COR sandbox', url: `${stack.cor.baseUrl}/admin/switches` },
      { name: 'Dataverse', url: `${dataverse.adminUrl}/switches` },
      ...presets.map((preset) => {
        const { httpUrl, functionsKey } = demo.host(preset);
        return { name: preset, url: `${httpUrl}/api/health`, key: functionsKey };
      }),
    ],
  };
}

function wrongUse(error: unknown): string {
  if (error instanceof z.ZodError) return z.prettifyError(error);
  return error instanceof Error ? error.message : String(error);
}

async function act(
  demo: Demo,
  name: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
  if (!action) return answerJson(response, 404, { error: `There is no "${name}".` });
  try {
    answerJson(response, 200, { said: await action(demo, await readBody(request)) });
  } catch (error) {
    answerJson(response, 400, { error: wrongUse(error) });
  }
}

/** `onRestart` hears that the connectors have new settings: a day has passed. */
export async function startPage(demo: Demo, onRestart: () => void = () => {}): Promise<PageServer> {
  const feed = createFeed(demo);
  const stopListening = demo.onLine((preset, line, text) => {
    const time = new Date().toISOString();
    feed.line({ text: line ? lineText({ time, preset, ...line }) : `${text}  [${preset}]`, ...line });
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const problem = requestProblem(request, port());
    if (problem) return answerJson(response, 403, { error: problem });
    const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1');
    const file = FILES[pathname];
    if (request.method === 'GET' && file)
      return answer(response, 200, file[1], readFileSync(new URL(`page/${file[0]}`, import.meta.url)));
    // Browsers ask for it by themselves.
    if (request.method === 'GET' && pathname === '/favicon.ico') {
      response.writeHead(204, HEADERS).end();
      return;
    }
    if (request.method === 'GET' && pathname === '/events') {
      response.writeHead(200, { ...HEADERS, 'content-type': 'text/event-stream' });
      return feed.join(response, constants(demo));
    }
    if (request.method === 'POST' && pathname.startsWith('/do/')) {
      const { day } = demo;
      await act(demo, pathname.slice('/do/'.length), request, response);
      if (demo.day !== day) onRestart();
      return feed.changed();
    }
    answerJson(response, 404, { error: 'There is nothing here.' });
  }

  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = () => (server.address() as AddressInfo).port;
  return {
    url: `http://127.0.0.1:${port()}`,
    async close() {
      stopListening();
      feed.close();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
