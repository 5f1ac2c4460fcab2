import { startHost } from './host.ts';
import type { InvocationEvent, LogListener } from './host-events.ts';
import type { HostProcessOptions, MessageToHost, MessageToParent } from './host-messages.ts';
import type { Host } from './host-options.ts';
import type { WorkerEnd } from './worker-process.ts';

/**
 * The host as a process: `node local/host/main.ts` in the app's folder, settings in the environment, or
 * forked by spawn.ts. A forked host ends at once when its parent is gone, and its worker with it.
 */
const forked = process.send !== undefined;
const REPORT_EVERY_MS = 10;

function tellParent(message: MessageToParent, sent: () => void = () => undefined): void {
  if (process.connected) process.send?.(message, sent);
  else sent();
}

const { reportInvocations, ...options }: HostProcessOptions = JSON.parse(
  process.env.LOCAL_HOST_OPTIONS ?? '{}',
);
let unreported: InvocationEvent[] = [];

function report(event: InvocationEvent): void {
  if (unreported.push(event) === 1) setTimeout(reportAll, REPORT_EVERY_MS);
}

function reportAll(): void {
  if (unreported.length > 0) tellParent({ type: 'invocations', events: unreported });
  unreported = [];
}

async function stop(host: Host, drainMs?: number): Promise<void> {
  await host.stop(drainMs);
  reportAll();
  tellParent({ type: 'stopped' }, () => process.exit());
}

async function obey(host: Host, command: MessageToHost): Promise<void> {
  if (command.type === 'stop') return stop(host, command.drainMs);
  try {
    if (command.type === 'drain') await host.drain();
    else host.failSettlements(command.fault, command.times);
    reportAll();
    tellParent({ type: 'done', id: command.id });
  } catch (error) {
    tellParent({ type: 'done', id: command.id, error: String(error) });
  }
}

const log: LogListener = (level, functionName, message) => {
  if (forked) tellParent({ type: 'log', level, functionName, message });
  else console.log(`${new Date().toISOString()} ${level} ${functionName} ${message}`);
};

/** The real host starts another worker. Here nobody shall miss that one ended. */
function endWithWorker({ code, signal, how }: WorkerEnd): void {
  const end = () => (signal ? process.kill(process.pid, signal) : process.exit(code ?? 1));
  const message = `The worker ended by itself (${how}), and so does this host`;
  if (forked) tellParent({ type: 'log', level: 'error', functionName: '', message }, end);
  else {
    console.error(message);
    end();
  }
}

function fail(error: unknown): void {
  const text = error instanceof Error ? error.message : String(error);
  if (!forked) console.error(`The Functions host did not start: ${text}`);
  tellParent({ type: 'failed', error: text }, () => process.exit(1));
}

async function main(): Promise<void> {
  const host = await startHost({
    ...options,
    ...(reportInvocations && { onInvocation: report }),
    onLog: log,
    onWorker: (pid) => tellParent({ type: 'worker', pid }),
    onWorkerEnd: endWithWorker,
  });
  const { httpUrl, functionsKey, functions, capabilities } = host;
  if (forked) {
    process.on('message', (command: MessageToHost) => void obey(host, command));
    return tellParent({ type: 'ready', httpUrl, functionsKey, functions, capabilities });
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop(host));
  console.log(`Listening on ${httpUrl}, functions: ${functions.map(({ name }) => name).join(', ')}`);
}

if (forked) {
  process.on('disconnect', () => process.exit(1));
  // Ctrl-C reaches every process of a terminal: the parent says how this one ends.
  process.on('SIGINT', () => {});
}
await main().catch(fail);
