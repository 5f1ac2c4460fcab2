import { type Failure, isUnavailable } from '../failure.ts';
import { RecentDocuments } from '../ledger/recent-documents.ts';
import { reconcileUser } from './reconcile-user.ts';
import type { ReconcileOptions, Reconciliation } from './reconciliation.ts';
import { createUserQueues, type QueuedRequest, type UserQueues } from './user-queues.ts';
import { callContextOf } from './user-request.ts';

/** A reconcile of some queued requests that COR refused. */
type Refusal = Extract<Reconciliation<QueuedRequest>, { kind: 'failed' }>;

/** What calls that were made for the same requests before leave behind. */
type Earlier = Pick<Reconciliation<QueuedRequest>, 'touched' | 'corCalls'> & { readonly reassert: boolean };

const NOTHING_EARLIER: Earlier = { touched: new Set(), corCalls: 0, reassert: false };

const takeNothing = (): readonly never[] => [];

/** Applies the changes of messages user by user: those of one user that wait together share COR's calls. */
export function createUserSync(options: Omit<ReconcileOptions, 'recent'>): UserQueues {
  const withRecent = { ...options, recent: new RecentDocuments(options.now) };
  return createUserQueues(
    (user, group, take) => applyGroup(user, group, take, NOTHING_EARLIER, withRecent),
    options.now,
  );
}

/** Reconciles with the changes of a group and tells each of its messages how that ended. */
async function applyGroup(
  user: string,
  group: readonly QueuedRequest[],
  take: () => readonly QueuedRequest[],
  earlier: Earlier,
  options: ReconcileOptions,
): Promise<void> {
  const { reassert, touched } = earlier;
  const since = Math.min(...group.map(({ queuedAt }) => queuedAt));
  const result = await reconcileUser(user, { requests: group, take, reassert, touched, since }, options);
  const { requests } = result;
  const corCalls = earlier.corCalls + result.corCalls;
  const spent = { coalesced: requests.length, corCalls };
  if (result.kind === 'saved') {
    for (const request of requests)
      request.resolve({ kind: result.endings.get(request) ?? 'unchanged', ...spent });
    return;
  }
  if (isUnavailable(result.failure)) return endAll(requests, 'unavailable', result.failure, spent);
  if (requests.length > 1) return applyHalves(user, { ...result, corCalls }, options);
  await refuseOne(user, { ...result, corCalls }, options);
}

/**
 * Finds the guilty ones among messages whose common call was refused, by halves: the others go on together.
 */
async function applyHalves(
  user: string,
  { requests, touched, corCalls }: Refusal,
  options: ReconcileOptions,
): Promise<void> {
  const middle = Math.ceil(requests.length / 2);
  const earlier: Earlier = { touched, corCalls, reassert: true };
  for (const half of [requests.slice(0, middle), requests.slice(middle)])
    await half[0]?.within(() => applyGroup(user, half, takeNothing, earlier, options));
}

/** Ends a message that COR refused; what its calls changed in COR before the refusal is put right first. */
async function refuseOne(user: string, refusal: Refusal, options: ReconcileOptions): Promise<void> {
  const { requests, failure, corCalls } = refusal;
  if (!refusal.corChanged)
    return endAll(requests, 'refused', failure, { coalesced: requests.length, corCalls });
  const putRight = await reconcileUser(
    user,
    {
      requests: [],
      take: takeNothing,
      reassert: true,
      touched: refusal.touched,
      context: callContextOf(requests),
    },
    options,
  );
  const spent = { coalesced: requests.length, corCalls: corCalls + putRight.corCalls };
  if (putRight.kind === 'failed' && isUnavailable(putRight.failure))
    return endAll(requests, 'unavailable', putRight.failure, spent);
  if (putRight.kind === 'failed') logDrift(putRight, options);
  endAll(requests, 'refused', failure, spent);
}

function logDrift({ touched, failure }: Refusal, { log }: ReconcileOptions): void {
  for (const workspaceId of touched)
    log('error', { evt: 'cor.drift', workspaceId, errorCode: failure.code ?? '' });
}

function endAll(
  requests: readonly QueuedRequest[],
  kind: 'unavailable' | 'refused',
  failure: Failure,
  spent: { readonly coalesced: number; readonly corCalls: number },
): void {
  for (const request of requests) request.resolve({ kind, failure, ...spent });
}
