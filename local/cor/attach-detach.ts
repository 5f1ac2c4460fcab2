import { conflict, Refusal, type SandboxError, validation } from './errors.ts';
import type { SandboxState, SandboxUser } from './state.ts';
import type { CorSwitches } from './switches.ts';

/** What a batch came to: the errors of single workspaces, and whether they refuse the call. */
export interface BatchOutcome {
  readonly user: SandboxUser;
  readonly errors: readonly SandboxError[];
}

export function attach(
  state: SandboxState,
  userId: string,
  shares: readonly { workspaceId: string; percentage: number }[],
  source: string,
  switches: CorSwitches,
): BatchOutcome {
  const user = state.findUser(userId, source, switches);
  const before = user.attached;
  const after = new Map(switches.attach === 'replacing' ? [] : before);
  const errors = eachItem(shares, ({ workspaceId, percentage }) => {
    const workspace = state.findWorkspace(workspaceId, source, switches);
    if (!workspace.active && switches.inactiveWorkspace === 'refuse') {
      throw new Refusal(validation('workspaceId', 'active', `Workspace "${workspaceId}" is not active`));
    }
    const old = before.get(workspaceId);
    if (old !== undefined && switches.reattach === 'refuse') {
      if (switches.attach === 'replacing') after.set(workspaceId, old);
      throw new Refusal(
        conflict(
          'AlreadyAttachedError',
          'workspaceId',
          `Workspace "${workspaceId}" is already attached`,
          workspaceId,
        ),
      );
    }
    const wanted = switches.percentagePrecision === 'integer' ? Math.round(percentage) : percentage;
    after.set(workspaceId, old !== undefined && switches.reattach === 'ignore' ? old : wanted);
  });
  const sum = [...after.values()].reduce((total, percentage) => total + percentage, 0);
  // The margin is for decimals that have no exact binary form.
  if (switches.sumOver100 === 'refuse' && sum > 100.000_001) {
    throw new Refusal(validation('percentage', 'max', 'The percentages of the user add up to more than 100'));
  }
  return commit(user, after, errors, switches);
}

export function detach(
  state: SandboxState,
  userId: string,
  workspaceIds: readonly string[],
  source: string,
  switches: CorSwitches,
): BatchOutcome {
  const user = state.findUser(userId, source, switches);
  const after = new Map(user.attached);
  const errors = eachItem(workspaceIds, (workspaceId) => {
    state.findWorkspace(workspaceId, source, switches);
    if (!after.delete(workspaceId) && switches.detachNotAttached === 'refuse') {
      throw new Refusal(
        conflict('NotAttachedError', 'workspaces', `Workspace "${workspaceId}" is not attached`, workspaceId),
      );
    }
  });
  return commit(user, after, errors, switches);
}

function eachItem<T>(items: readonly T[], apply: (item: T) => void): SandboxError[] {
  const errors: SandboxError[] = [];
  for (const item of items) {
    try {
      apply(item);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      errors.push(error.error);
    }
  }
  return errors;
}

function commit(
  user: SandboxUser,
  after: ReadonlyMap<string, number>,
  errors: readonly SandboxError[],
  { batch }: CorSwitches,
): BatchOutcome {
  const [first] = errors;
  if (first && batch === 'atomic') throw new Refusal(first);
  user.attached.clear();
  for (const [id, percentage] of after) user.attached.set(id, percentage);
  if (first && batch === 'partial') throw new Refusal(first);
  return { user, errors };
}
