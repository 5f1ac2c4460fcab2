import { ownUsage, type Question, type Usage } from './usage.ts';

export type ToParent =
  | { readonly type: 'ready'; readonly ready: unknown }
  | { readonly type: 'failed'; readonly error: string }
  | { readonly type: Question; readonly amount: number };

function tell(message: ToParent): void {
  if (process.connected) process.send?.(message);
}

/** Runs the main part of a process that startProcess has forked: answers its questions, and ends with it. */
export async function serveParent<Options>(
  start: (options: Options) => Promise<unknown>,
  usage: Usage = ownUsage,
): Promise<void> {
  process.on('disconnect', () => process.exit());
  process.on('message', async (question: Question) =>
    tell({ type: question, amount: await usage[question]() }),
  );
  try {
    tell({ type: 'ready', ready: await start(JSON.parse(process.env.BENCH_OPTIONS ?? '{}')) });
  } catch (error) {
    tell({ type: 'failed', error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}
