import { type Host, startHost } from './host.ts';
import type { InvocationEvent } from './host-events.ts';
import type { HostProcessOptions, MessageToHost, MessageToParent } from './host-messages.ts';

/**
 * The host as a process of its own: `node local/host/main.ts` in the app's folder, settings in the environment, or forked by spawn.ts.
 * A forked host ends at once when its parent is gone.
 */
const forked = process.send !== undefined;
const REPORT_EVERY_MS = 10;

function tellParent(message: MessageToParent): void {
  if (process.connected) process.send?.(message);
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
  tellParent({ type: 'stopped' });
  process.exit();
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

if (forked) process.on('disconnect', () => process.exit(1));
try {
  const host = await startHost({
    ...options,
    ...(reportInvocations && { onInvocation: report }),
    onLog: (level, functionName, message) => {
      if (forked) tellParent({ type: 'log', level, functionName, message });
      else console.log(`${new Date().toISOString()} ${level} ${functionName} ${message}`);
    },
  });
  const { httpUrl, functionsKey, functions, capabilities } = host;
  if (forked) {
    process.on('message', (command: MessageToHost) => void obey(host, command));
    tellParent({ type: 'ready', httpUrl, functionsKey, functions, capabilities });
  } else {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop(host));
    console.log(`Listening on ${httpUrl}, functions: ${functions.map(({ name }) => name).join(', ')}`);
  }
} catch (error) {
  const text = error instanceof Error ? error.message : String(error);
  if (forked)
    process.send?.({ type: 'failed', error: text } satisfies MessageToParent, () => process.exit(1));
  else {
    console.error(`The Functions host did not start: ${text}`);
    process.exit(1);
  }
}
