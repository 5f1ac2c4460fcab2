import type { Selection } from './select.ts';
import { type SettledTargets, type SettleOptions, settleTargets } from './settle-targets.ts';

export interface Settled extends SettledTargets {
  /** Dead letters that were selected. */
  readonly selected: number;
  /** `interrupted`: by the caller's signal. `stopped`: `error` says by what. */
  readonly ended: 'finished' | 'interrupted' | 'stopped';
}

export interface RunOptions extends Pick<SettleOptions, 'signal' | 'answerWithinMs' | 'receiveWithinMs'> {
  onProgress?(done: number, total: number): void;
}

/** Settles a selection, one queue after the other. */
export async function settleSelection(
  { targets, list }: Selection,
  settle: SettleOptions['settle'],
  { onProgress, ...options }: RunOptions,
): Promise<Settled> {
  const selected = list.total;
  let sum: SettledTargets = { done: 0, failed: [], left: selected };
  let done = 0;
  const onDone = () => onProgress?.(++done, selected);
  for (const ofQueue of targets) {
    if (options.signal.aborted || sum.error !== undefined) break;
    const result = await settleTargets(ofQueue, { ...options, settle, onDone });
    sum = {
      ...result,
      done: sum.done + result.done,
      failed: [...sum.failed, ...result.failed],
      left: sum.left - result.done - result.failed.length,
    };
  }
  const ended =
    sum.error !== undefined ? 'stopped' : options.signal.aborted && sum.left > 0 ? 'interrupted' : 'finished';
  return { selected, ...sum, ended };
}
