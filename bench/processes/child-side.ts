/** What a process has used so far, and what it holds after a full collection. */
export interface Usage {
  /** Milliseconds of processor time. */
  processor(): Promise<number>;
  /** Bytes. It makes the process slow for a while: not between rounds that measure time. */
  heap(): Promise<number>;
}

export type Question = keyof Usage;

export type ToParent =
  | { readonly type: 'ready'; readonly ready: unknown }
  | { readonly type: 'failed'; readonly error: string }
  | { readonly type: Question; readonly amount: number };

function tell(message: ToParent): void {
  if (process.connected) process.send?.(message);
}

function heapAfterCollection(): number {
  // One collection alone leaves what finalizers hold.
  for (let run = 0; run < 2; run += 1) global.gc?.();
  return process.memoryUsage().heapUsed;
}

function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Runs the main part of a process that startProcess has forked: answers its questions, and ends with it. */
export async function serveParent<Options>(start: (options: Options) => Promise<unknown>): Promise<void> {
  process.on('disconnect', () => process.exit());
  process.on('message', (question: Question) =>
    tell({ type: question, amount: question === 'heap' ? heapAfterCollection() : processorTime() }),
  );
  try {
    tell({ type: 'ready', ready: await start(JSON.parse(process.env.BENCH_OPTIONS ?? '{}')) });
  } catch (error) {
    tell({ type: 'failed', error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}
