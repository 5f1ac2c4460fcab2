import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';

export interface LocalStorage {
  /** For `@azure/storage-blob`, and for the setting `AzureWebJobsStorage`. */
  readonly connectionString: string;
  readonly pid: number;
  /** Resolves when the process has ended, however that came. */
  readonly exited: Promise<unknown>;
  stop(): Promise<void>;
}

/**
 * Azurite's well-known account, the same on every machine (Microsoft Learn, "Use the Azurite emulator"). It
 * guards nothing.
 */
const ACCOUNT = 'devstoreaccount1';
const ACCOUNT_KEY =
  'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

const OPTIONS = [
  '--inMemoryPersistence',
  '--skipApiVersionCheck',
  '--disableTelemetry',
  '--silent',
  '--loose',
];
const START_MS = 20_000;

async function listening(child: ChildProcess): Promise<string> {
  let output = '';
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`Azurite did not listen within ${START_MS / 1_000} s: ${output}`)),
      START_MS,
    );
    const read = (chunk: Buffer): void => {
      output += chunk.toString();
      const url = /listens on (http:\/\/[\d.]+:\d+)/.exec(output)?.[1];
      if (url) {
        clearTimeout(timer);
        resolve(url);
      }
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`Azurite ended with code ${code}: ${output}`));
    });
  });
}

/** Starts Azurite's blob service, in memory, as a process of its own. `port` 0 takes any free one. */
export async function startLocalStorage(port = 0): Promise<LocalStorage> {
  const child = fork(
    fileURLToPath(new URL('./azurite-process.ts', import.meta.url)),
    ['--blobHost', '127.0.0.1', '--blobPort', String(port), ...OPTIONS],
    { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], cwd: tmpdir(), execArgv: [] },
  );
  const exited = once(child, 'exit');
  const url = await listening(child);
  return {
    connectionString: `DefaultEndpointsProtocol=http;AccountName=${ACCOUNT};AccountKey=${ACCOUNT_KEY};BlobEndpoint=${url}/${ACCOUNT};`,
    pid: child.pid ?? 0,
    exited,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      // It holds nothing that would have to be written first.
      child.kill('SIGKILL');
      await exited;
    },
  };
}
