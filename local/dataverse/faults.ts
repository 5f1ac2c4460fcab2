import { setTimeout as wait } from 'node:timers/promises';

/** What happens to a request instead of, or beside, its answer. Each is used once. */
export interface Fault {
  /** Answered so, before anything is done. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it stands: JSON, or a gateway's HTML. */
  readonly body?: string;
  /** `drop`: the connection ends without an answer. `hang`: there never is one. `cut`: half of the true answer. `slow`: the true one, late. */
  readonly how?: 'drop' | 'hang' | 'cut' | 'slow';
  readonly delayMs?: number;
  /** Only for a request whose decoded path and query contain this. */
  readonly on?: string;
  /** Lets this many such requests pass first: 2 meets the third page. */
  readonly skip?: number;
}

/** Takes the fault that this request meets out of the list. */
export function takeFault(faults: Fault[], path: string): Fault | undefined {
  for (const [index, fault] of faults.entries()) {
    if (fault.on !== undefined && !path.includes(fault.on)) continue;
    if (fault.skip !== undefined && fault.skip > 0) {
      faults[index] = { ...fault, skip: fault.skip - 1 };
      continue;
    }
    faults.splice(index, 1);
    return fault;
  }
  return undefined;
}

/** Whether the fault is all that the client gets. */
export const isWholeAnswer = ({ status, body, how }: Fault): boolean =>
  status !== undefined || (body !== undefined && how === undefined);

/** No wait is no turn of the event loop either. */
export async function delay(ms: number): Promise<void> {
  if (ms > 0) await wait(ms);
}
