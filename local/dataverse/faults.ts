import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { readInput } from './read-input.ts';

const fault = z.strictObject({
  /** Answered so, before anything is done. */
  status: z.int().min(200).max(599).optional(),
  headers: z.record(z.string(), z.string()).optional(),
  /** Sent as it stands: JSON, or a gateway's HTML. */
  body: z.string().optional(),
  /**
   * `drop`: the connection ends without an answer. `hang`: there never is one. `cut`: half of the true
   * answer. `slow`: the true one, late.
   */
  how: z.enum(['drop', 'hang', 'cut', 'slow']).optional(),
  delayMs: z.int().nonnegative().optional(),
  /** Only for a request whose decoded path and query contain this. */
  on: z.string().optional(),
  /** Lets this many such requests pass first: 2 meets the third page. */
  skip: z.int().nonnegative().optional(),
});

/** What happens to a request instead of, or beside, its answer. Each is used once. */
export type Fault = Readonly<z.output<typeof fault>>;

/** Throws an Error that names what is wrong. */
export const readFault = (input: unknown): Fault => readInput(fault, input, 'Fault');

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
