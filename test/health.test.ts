import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'vitest';
import { startCorSandbox } from '../local/cor/sandbox.ts';
import { createConnector } from '../src/connector.ts';
import { createHealth } from '../src/health.ts';
import { readSettings } from '../src/settings.ts';

/** Takes connections and never says a word. */
async function muteServer({ onTestFinished }: TestContext) {
  const sockets: Socket[] = [];
  const server = createServer((socket) => sockets.push(socket.on('error', () => undefined)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, sockets };
}

async function healthOf({ onTestFinished }: TestContext, port: number, switches = {}) {
  const cor = await startCorSandbox({ switches });
  onTestFinished(() => cor.stop());
  const settings = readSettings({
    ServiceBusConnection: `Endpoint=sb://127.0.0.1:${port};SharedAccessKeyName=n;SharedAccessKey=k;UseDevelopmentEmulator=true`,
    ServiceBusQueueName: 'q',
    LedgerStorage: 'memory',
    COR_BASE_URL: cor.baseUrl,
    COR_TOKEN_URL: cor.tokenUrl,
    COR_API_KEY: cor.apiKey,
    COR_CLIENT_SECRET: cor.clientSecret,
  });
  const connector = createConnector(settings, () => undefined);
  const health = createHealth(settings, connector, () => undefined, 0);
  return { cor, connector, health };
}

// Most of their time they wait for a Service Bus that is mute: all at once.
test.concurrent('a hundred looks at a Service Bus that is mute leave no sockets behind', async (context) => {
  const { expect } = context;
  const { port, sockets } = await muteServer(context);
  const { health, connector } = await healthOf(context, port);
  const reports = await Promise.all(Array.from({ length: 100 }, () => health.report()));
  for (const { checks } of reports)
    expect(checks).toContainEqual(
      expect.objectContaining({ name: 'queue', status: 'failed', error: 'No answer within 10 s.' }),
    );
  expect(sockets.length).toBeLessThanOrEqual(2);
  await connector.close();
}, 30_000);

test.concurrent('while calls to COR are paused COR is not well, whatever the cached token says, and nobody who asks causes a call', async (context) => {
  const { expect } = context;
  const { port } = await muteServer(context);
  const { cor, connector, health } = await healthOf(context, port);
  await connector.cor.checkCredentials();
  const permit = connector.breaker.tryCall('u');
  const description = 'COR cannot serve the call at present (HTTP 429).';
  if (permit.allowed)
    permit.report({
      kind: 'failed',
      failure: { service: 'cor', class: 'transient', status: 429, opensAfter: 'oneCall', description },
    });
  cor.clearCalls();
  const { status, pause, checks } = await health.report();
  expect({ status, pause }).toEqual({ status: 'degraded', pause: 'COR answers 429' });
  expect(checks.find(({ name }) => name === 'cor')).toMatchObject({
    status: 'failed',
    error: `No calls are made: COR answers 429. Last error: ${description}`,
  });
  expect(cor.calls).toEqual([]);
  await connector.close();
}, 30_000);

test.concurrent('refused credentials are looked at as often as the breaker lets a probe out, and found mended by that', async (context) => {
  const { expect } = context;
  const { port } = await muteServer(context);
  const { cor, connector, health } = await healthOf(context, port, { refuseCredentials: 401 });
  const corCheck = async () => (await health.report()).checks.find(({ name }) => name === 'cor');
  await Promise.all(Array.from({ length: 20 }, corCheck));
  expect(cor.calls.length).toBeLessThanOrEqual(2);
  expect(connector.breaker.reason).toBe('COR refuses the credentials');
  cor.set({ refuseCredentials: null });
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  expect(await corCheck()).toMatchObject({ status: 'ok' });
  expect(connector.breaker.state).toBe('closed');
  await connector.close();
}, 40_000);
