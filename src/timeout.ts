/**
 * Longest wait for one call of the SDK. Its own tries end within 31 s, except where it settles a message over the management link after a
 * lost connection: there it waits for 60 s and more (`@azure/service-bus` 7.9.5, core/managementClient).
 */
export const ANSWER_WITHIN_MS = 32_000;

/** The result of a call, or a rejection with the SDK's code for a time-out. The call itself goes on: it cannot be taken back. */
export async function answerWithin<Result>(ms: number, call: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = Object.assign(new Error(`No answer within ${ms} ms`), { code: 'ServiceTimeout' });
    timer = setTimeout(() => reject(error), ms);
  });
  try {
    return await Promise.race([call, late]);
  } finally {
    clearTimeout(timer);
  }
}
