/** What a process has used so far. `heapBytes` is measured after a full collection where the process runs with `--expose-gc`. */
export interface Usage {
  readonly cpuMs: number;
  readonly heapBytes: number;
}

export type ToParent =
  | { readonly type: 'ready'; readonly ready: unknown }
  | { readonly type: 'failed'; readonly error: string }
  | { readonly type: 'usage'; readonly usage: Usage };

function tell(message: ToParent): void {
  if (process.connected) process.send?.(message);
}

function usage(): Usage {
  // What is garbage differs from what is kept only after a collection, and one alone leaves what finalizers hold.
  for (let run = 0; run < 2; run += 1) global.gc?.();
  const { user, system } = process.cpuUsage();
  return { cpuMs: (user + system) / 1000, heapBytes: process.memoryUsage().heapUsed };
}

/** Runs the main part of a process that startProcess has forked: answers its questions, and ends with it. */
export async function serveParent<Options>(start: (options: Options) => Promise<unknown>): Promise<void> {
  process.on('disconnect', () => process.exit());
  process.on('message', () => tell({ type: 'usage', usage: usage() }));
  try {
    tell({ type: 'ready', ready: await start(JSON.parse(process.env.BENCH_OPTIONS ?? '{}')) });
  } catch (error) {
    tell({ type: 'failed', error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}
