/**
 * The result of `work`, or of `late` when that is over first. The work goes on: a promise cannot be taken
 * back.
 */
export async function withTimeout<Result, Late>(
  ms: number,
  work: Promise<Result>,
  late: () => Late,
): Promise<Result | Late> {
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  try {
    return await Promise.race([work, timeUp.then(late)]);
  } finally {
    clearTimeout(timer);
  }
}

/** Resolves when `work` has ended, well or badly, or when the time is up. */
export function endedWithin(ms: number, work: Promise<unknown>): Promise<unknown> {
  return withTimeout(
    ms,
    work.catch(() => undefined),
    () => undefined,
  );
}

/**
 * Longest wait for one call of the SDK. Its own tries end within 31 s, except where it settles a message over
 * the management link after a lost connection: there it waits for 60 s and more (`@azure/service-bus` 7.9.5,
 * core/managementClient).
 */
export const ANSWER_WITHIN_MS = 32_000;

/** The result of a call, or a rejection with the SDK's code for a time-out. */
export function answerWithin<Result>(ms: number, call: Promise<Result>): Promise<Result> {
  return withTimeout(ms, call, () => {
    throw Object.assign(new Error(`No answer within ${ms} ms`), { code: 'ServiceTimeout' });
  });
}
