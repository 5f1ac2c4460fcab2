import { startHost } from '../../local/host/host.ts';
import { serveParent } from './child-side.ts';
import { probeNextWorker } from './probed-worker.ts';

/** A built Functions app on the local host. Its settings are in the environment. What it uses is what its worker uses, as in Azure. */
const usage = await probeNextWorker();
await serveParent(async ({ appDirectory }: { appDirectory: string }) => {
  await startHost({
    appDirectory,
    onLog: (level, functionName, message) => {
      if (level === 'error' || level === 'critical') console.error(`${functionName}: ${message}`);
    },
  });
}, usage);
