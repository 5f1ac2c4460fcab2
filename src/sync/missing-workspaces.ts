import type { CallContext, CorClient, CorFailure } from '../cor/cor-client.ts';
import type { Log } from '../log.ts';
import type { Plan } from './plan.ts';

/**
 * Creates the request's workspaces that are to be attached, named as Dynamics names them (by their id where
 * it does not say). One that COR has already is as good as created.
 */
export async function createMissingWorkspaces(
  cor: CorClient,
  plan: Plan,
  context: CallContext,
  log: Log,
): Promise<{ failure?: CorFailure; calls: number }> {
  let calls = 0;
  for (const id of plan.attach) {
    if (!plan.requested.has(id)) continue;
    calls += 1;
    const answer = await cor.createWorkspace({ id, name: plan.desired.get(id)?.name ?? id }, context);
    if (answer.ok) log('info', { evt: 'cor.workspaceCreated', workspaceId: id });
    else if (answer.failure.class !== 'duplicate') return { failure: answer.failure, calls };
  }
  return { calls };
}
