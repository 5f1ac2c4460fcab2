import type {
  CorAnswer,
  CorClient,
  CorFailureClass,
  CorRefusal,
  CorReply,
  WorkspaceShare,
} from '../../../src/cor/cor-client.ts';

/** What COR's documentation leaves open. */
export interface CorManners {
  readonly attach: 'additive' | 'replacing';
  readonly reattach: 'update' | 'ignore' | 'refuse';
  /**
   * One unknown workspace among several: nothing is applied · the others are, and the call is refused · the
   * others are, 200 with `errors`.
   */
  readonly batch: 'atomic' | 'partial' | 'partialSuccess';
  readonly notAttached: 'ignore' | 'refuse';
  /** A user's percentages may add up to any sum, or to 100 at most. */
  readonly sums: 'any' | 'atMost100';
}

/** A model of COR that lives in memory: the state, and how it answers. */
export interface ModelCor {
  readonly state: Map<string, Map<string, number>>;
  attach(user: string, shares: readonly WorkspaceShare[]): CorAnswer;
  detach(user: string, ids: readonly string[]): CorAnswer;
}

function refuse(kind: CorFailureClass, code: string): CorRefusal {
  return {
    ok: false,
    failure: {
      service: 'cor',
      class: kind,
      code,
      status: 400,
      description: `COR said ${code}.`,
    },
  };
}

/** The connection broke, or the time was up: whether COR carries the call out is not known. */
export function noAnswer(): CorRefusal {
  return {
    ok: false,
    failure: { service: 'cor', class: 'transient', code: 'ECONNRESET', description: 'No answer from COR.' },
  };
}

function sumOf(workspaces: ReadonlyMap<string, number>): number {
  return [...workspaces.values()].reduce((sum, percentage) => sum + percentage, 0);
}

export function createModelCor(
  manners: CorManners,
  known: { users: ReadonlySet<string>; workspaces: ReadonlySet<string> },
): ModelCor {
  const state = new Map<string, Map<string, number>>();
  const reply = (workspaces: Map<string, number>): CorReply => ({
    ok: true,
    status: 200,
    workspaces: new Map(workspaces),
    problems: [],
  });

  return {
    state,
    attach(user, shares) {
      if (!known.users.has(user)) return refuse('unmapped', 'UserNotFoundError');
      const held = state.get(user) ?? new Map<string, number>();
      const unknown = shares.some(({ workspaceId }) => !known.workspaces.has(workspaceId));
      const taken = shares.filter(({ workspaceId }) => known.workspaces.has(workspaceId));
      if (unknown && (manners.batch === 'atomic' || taken.length === 0))
        return refuse('unmapped', 'WorkspaceNotFoundError');
      if (manners.reattach === 'refuse' && taken.some(({ workspaceId }) => held.has(workspaceId))) {
        return refuse('alreadyAttached', 'AlreadyAttachedError');
      }
      const next = new Map(manners.attach === 'replacing' ? [] : held);
      for (const { workspaceId, percentage } of taken) {
        const old = held.get(workspaceId);
        next.set(workspaceId, old !== undefined && manners.reattach === 'ignore' ? old : percentage);
      }
      if (manners.sums === 'atMost100' && sumOf(next) > 100) return refuse('validation', 'ValidationError');
      state.set(user, next);
      if (!unknown) return reply(next);
      const refusal = refuse('unmapped', 'WorkspaceNotFoundError');
      return manners.batch === 'partialSuccess' ? { ...reply(next), problems: [refusal.failure] } : refusal;
    },
    detach(user, ids) {
      if (!known.users.has(user)) return refuse('unmapped', 'UserNotFoundError');
      if (ids.some((id) => !known.workspaces.has(id)) && manners.batch === 'atomic')
        return refuse('unmapped', 'WorkspaceNotFoundError');
      const held = state.get(user) ?? new Map<string, number>();
      if (manners.notAttached === 'refuse' && ids.some((id) => !held.has(id)))
        return refuse('notAttached', 'NotAttachedError');
      const next = new Map(held);
      for (const id of ids) next.delete(id);
      state.set(user, next);
      return reply(next);
    },
  };
}

/** The model behind the interface that the connector uses. `around` decides what happens to each call. */
export function modelCorClient(
  model: ModelCor,
  around: (call: () => CorAnswer) => Promise<CorAnswer>,
): CorClient {
  return {
    attach: (user, shares) => around(() => model.attach(user, shares)),
    detach: (user, ids) => around(() => model.detach(user, ids)),
    createWorkspace: async () => refuse('rejected', 'NotInThisModel'),
    checkCredentials: async () => undefined,
    close: async () => {},
  };
}
