import { createApp, provideCoreApi } from './core-api.ts';
import { invoke } from './invocation.ts';
import { loadApp } from './load-app.ts';
import type { MessageFromWorker, MessageToWorker } from './worker-messages.ts';

/**
 * The worker: a process that the host starts in the app's folder, loads the app and runs its invocations. It
 * ends with its host. Stands in for azure-functions-nodejs-worker; SIGTERM ends it as it ends that one: no
 * hook runs unless the app handles the signal.
 */
const app = createApp();

function tellHost(message: MessageFromWorker): void {
  if (process.connected) process.send?.(message);
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * As the real worker: with a function registered a failure is told to the host, without one the app has no
 * functions.
 */
async function load({ appDirectory, argv }: Extract<MessageToWorker, { type: 'load' }>): Promise<void> {
  process.argv = [...argv];
  provideCoreApi(app, (level, category, message) =>
    tellHost({ type: 'log', functionName: '', level, category, message }),
  );
  try {
    const capabilities = await loadApp(app, appDirectory);
    const functions = [...app.functions.values()].map(({ metadata }) => metadata);
    tellHost({ type: 'loaded', functions, capabilities });
  } catch (error) {
    if (app.functions.size > 0) tellHost({ type: 'failed', error: textOf(error) });
    else tellHost({ type: 'loaded', functions: [], capabilities: {}, problem: textOf(error) });
  }
}

async function run({ functionName, request }: Extract<MessageToWorker, { type: 'invoke' }>): Promise<void> {
  const { invocationId } = request;
  const registered = app.functions.get(functionName);
  const result = registered
    ? await invoke(app, registered, request, (level, category, message) =>
        tellHost({ type: 'log', functionName, level, category, message }),
      )
    : ({ succeeded: false, error: `No function "${functionName}"` } as const);
  tellHost({ type: 'result', invocationId, result });
}

async function terminate(): Promise<void> {
  const context = { hookData: {}, appHookData: app.hookData };
  try {
    for (const hook of app.hooks.appTerminate) await hook(context);
  } catch (error) {
    console.error(`A termination hook failed: ${textOf(error)}`);
  }
  process.exit(0);
}

process.on('message', async (message: MessageToWorker) => {
  if (message.type === 'invoke') await run(message);
  else if (message.type === 'load') await load(message);
  else await terminate();
});
process.once('disconnect', () => process.exit(1));
// Ctrl-C reaches every process of a terminal: how this one ends is the host's to say.
process.on('SIGINT', () => {});
