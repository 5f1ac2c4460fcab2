import { onTestFinished } from 'vitest';
import { type CorSandbox, startCorSandbox } from '../../local/cor/sandbox.ts';
import { createConnector } from '../../src/connector.ts';
import { createMemoryLedger } from '../../src/ledger/memory-ledger.ts';
import type { LogLine } from '../../src/log.ts';
import { readSettings, type Settings } from '../../src/settings.ts';

/** The settings of a connector in memory whose COR is the sandbox. */
export function settingsOver(sandbox: CorSandbox, over: NodeJS.ProcessEnv): Settings {
  return readSettings({
    ServiceBusConnection: 'Endpoint=sb://127.0.0.1;SharedAccessKeyName=n;SharedAccessKey=k',
    ServiceBusQueueName: 'q',
    LedgerStorage: 'memory',
    COR_BASE_URL: sandbox.baseUrl,
    COR_TOKEN_URL: sandbox.tokenUrl,
    COR_API_KEY: sandbox.apiKey,
    COR_CLIENT_SECRET: sandbox.clientSecret,
    ...over,
  });
}

export interface Scene {
  /** External ids that COR knows. */
  readonly users: readonly string[];
  readonly workspaces: readonly string[];
  readonly settings: NodeJS.ProcessEnv;
}

/** A connector over a sandbox of COR, given messages one after the other; both end with the test. */
export async function startConnector({ users, workspaces, settings }: Scene) {
  const sandbox = await startCorSandbox({ users, workspaces });
  const lines: (LogLine & { readonly level: string })[] = [];
  const ledger = createMemoryLedger();
  const connector = createConnector(
    settingsOver(sandbox, settings),
    (level, line) => void lines.push({ level, ...line }),
    {
      ledger,
      settlement: { deadLetter: async () => {} },
      retryQueue: { schedule: async () => {}, close: async () => {} },
    },
  );
  onTestFinished(async () => {
    await connector.close();
    await sandbox.stop();
  });
  let sequence = 0;
  /** Handles a message that entered the queue at a time, and gives the line that says how it ended. */
  async function handle(body: Uint8Array, enqueuedAt: number, contentType = 'application/json') {
    sequence += 1;
    await connector.handle(body, {
      lockToken: `${sequence}`,
      sequenceNumber: sequence,
      deliveryCount: 1,
      contentType,
      enqueuedTimeUtc: new Date(enqueuedAt).toISOString(),
    });
    return lines.findLast(({ outcome }) => outcome !== undefined);
  }
  return { sandbox, ledger, handle };
}
