import { startHost } from '../../local/host/host.ts';
import { serveParent } from './child-side.ts';

/** A built Functions app on the local host. Its settings are in the environment. */
await serveParent(async ({ appDirectory }: { appDirectory: string }) => {
  await startHost({
    appDirectory,
    onLog: (level, functionName, message) => {
      if (level === 'error' || level === 'critical') console.error(`${functionName}: ${message}`);
    },
  });
});
