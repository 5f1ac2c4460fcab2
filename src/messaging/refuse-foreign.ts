import type { Failure } from '../failure.ts';
import { storageFailure } from '../ledger/storage-failure.ts';
import { type Decision, decide, giveUp } from './decide.ts';
import type { MessageOptions, MessageState } from './message.ts';

/**
 * How a message ends that is not of our environment, or of which that cannot be told now; `undefined`: it is
 * ours.
 */
export async function refuseForeign(
  { context, organization, history }: MessageState,
  { organizations, policy, clock, random, log }: MessageOptions,
): Promise<Decision | undefined> {
  if (!context && organization === undefined) return undefined;
  try {
    const refusal = await organizations.refusalOf(context ? context.organizationId : organization);
    return refusal && giveUp(refusal.reason, refusal.description);
  } catch (error) {
    const failure: Failure = storageFailure(error, log, context?.correlationId);
    const result = { kind: 'unavailable', failure, coalesced: 0, corCalls: 0 } as const;
    return decide({
      results: [result],
      history,
      policy,
      now: clock.now(),
      random: (random ?? Math.random)(),
    });
  }
}
