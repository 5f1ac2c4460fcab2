import type { Log } from '../log.ts';
import type { Drift } from './assertion.ts';
import type { Difference } from './look-first.ts';
import type { Plan } from './plan.ts';

/** What COR holds otherwise than the ledger, and would not take. */
export function logDrift(drift: readonly Drift[], log: Log): void {
  for (const { workspace } of drift) log('warn', { evt: 'cor.drift', workspaceId: workspace });
}

/** What COR held otherwise than it was told: somebody changed it there, or something went wrong. */
export function logDifferences(differed: readonly Difference[], log: Log): void {
  for (const { workspace: workspaceId, told, shown } of differed)
    log('warn', {
      evt: 'cor.differed',
      workspaceId,
      told,
      ...(shown !== undefined && { percentage: shown }),
    });
}

/**
 * Percentages that may surprise: those that are cut at 100, and those of workspaces with nothing planned at
 * present.
 */
export function logUnusual({ desired, requested }: Plan, log: Log): void {
  for (const workspaceId of requested) {
    const { uncapped, whyZero } = desired.get(workspaceId) ?? {};
    if (uncapped !== undefined) log('warn', { evt: 'percentage.capped', workspaceId, percentage: uncapped });
    if (whyZero !== undefined) log('info', { evt: 'percentage.zero', workspaceId, reason: whyZero });
  }
}
