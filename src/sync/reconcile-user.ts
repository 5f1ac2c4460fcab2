import type { CallSlots } from '../cor/call-slots.ts';
import type { CircuitBreaker } from '../cor/circuit-breaker.ts';
import type { CallContext, CorClient } from '../cor/cor-client.ts';
import type { PercentageRule } from '../dynamics/percentage-rule.ts';
import type { Failure } from '../failure.ts';
import type { LedgerDocument } from '../ledger/document.ts';
import type { Ledger, LoadedDocument } from '../ledger/ledger.ts';
import { isNews, merge } from '../ledger/merge.ts';
import { storageFailure } from '../ledger/storage-failure.ts';
import type { Log } from '../log.ts';
import type { Drift } from './assert-in-cor.ts';
import { callCor } from './call-cor.ts';
import { hasCalls, type Plan, planCalls } from './plan.ts';
import { callContextOf, changesOf, type UserRequest, workspacesOf } from './user-request.ts';

export interface ReconcileOptions {
  readonly ledger: Ledger;
  readonly cor: CorClient;
  readonly slots: CallSlots;
  readonly breaker: CircuitBreaker;
  readonly rule: PercentageRule;
  /** The day in the rule's time zone. */
  readonly today: () => string;
  readonly log: Log;
  /** Create workspaces that COR does not know, instead of refusing. */
  readonly createMissing: boolean;
}

/**
 * What is to be made true for one user: the changes of some messages, or (without any) just what the ledger
 * says.
 */
export interface ReconcileRequest<Request extends UserRequest> {
  readonly requests: readonly Request[];
  /** Returns what has come in for the same user meanwhile, to be done along with the rest. */
  readonly take: () => readonly Request[];
  /** Tell COR the whole wanted state, because what it holds is not known for sure. */
  readonly reassert: boolean;
  /** Workspaces that earlier calls may have attached or detached without a save. */
  readonly touched: ReadonlySet<string>;
  /** The messages that calls are made for, where the request holds none itself. */
  readonly context?: CallContext;
}

/** What was known and done when a reconcile ended. */
interface Spent<Request extends UserRequest> {
  /** The request's own, and those that were taken on the way. */
  readonly requests: readonly Request[];
  readonly touched: ReadonlySet<string>;
  readonly corCalls: number;
}

export type Reconciliation<Request extends UserRequest> = Spent<Request> &
  (
    | {
        readonly kind: 'saved';
        /** Requests that said nothing new. */
        readonly unchanged: ReadonlySet<Request>;
        /** What COR does not hold as the ledger says, and nobody asked for. */
        readonly drift: readonly Drift[];
      }
    | { readonly kind: 'failed'; readonly failure: Failure; readonly corChanged: boolean }
  );

/** What one attempt leaves to the next. */
interface Progress<Request extends UserRequest> extends Spent<Request> {
  readonly reassert: boolean;
  /** Attempts after which COR showed something else than it was told. */
  readonly unconfirmed: number;
}

/** One attempt ends the reconcile, or has to be repeated from the load on. */
type Attempt<Request extends UserRequest> =
  | Reconciliation<Request>
  | { readonly kind: 'repeat'; readonly progress: Progress<Request> };

/** The document before and after the changes, and what COR is to be told about the difference. */
interface Draft {
  readonly before: LedgerDocument;
  readonly after: LedgerDocument;
  readonly plan: Plan;
}

/**
 * Every lost race means that another instance made progress; so many in a row mean that something else is
 * wrong.
 */
const MAX_ATTEMPTS = 50;

/**
 * COR showing something else than it was told is either COR's doing, or that of another instance that works
 * on the same user at this moment. Only the second goes away when one insists: once here, and once more when
 * the message has come back.
 */
const MAX_UNCONFIRMED = 1;

/**
 * The one loop of the connector, and the only code that calls COR's attach and detach: load, merge, plan,
 * call COR, verify by its reply, save; from the load again when somebody else saved in between. It is
 * level-triggered: whatever asks for it, COR is made equal to what the document says of the user.
 */
export async function reconcileUser<Request extends UserRequest>(
  user: string,
  request: ReconcileRequest<Request>,
  options: ReconcileOptions,
): Promise<Reconciliation<Request>> {
  const { requests, reassert, touched } = request;
  let progress: Progress<Request> = { requests, reassert, touched, corCalls: 0, unconfirmed: 0 };
  for (let attempts = 0; attempts < MAX_ATTEMPTS; attempts += 1) {
    const attempt = await attemptOnce(user, progress, request, options);
    if (attempt.kind !== 'repeat') return attempt;
    progress = { ...attempt.progress, reassert: true };
  }
  const description = `The ledger document was saved by others ${MAX_ATTEMPTS} times in a row.`;
  const failure: Failure = { service: 'storage', class: 'transient', code: 'CONFLICTS', description };
  return failed(progress, failure, true);
}

async function attemptOnce<Request extends UserRequest>(
  user: string,
  progress: Progress<Request>,
  request: ReconcileRequest<Request>,
  options: ReconcileOptions,
): Promise<Attempt<Request>> {
  const loaded = await tryStorage(() => options.ledger.load(user), progress, options);
  if (loaded.kind === 'failed') return failed(progress, loaded.failure, false);
  const taken = takeMore(progress, request);
  const draft = draftOf(loaded.value.document, taken, options);
  if (!hasCalls(draft.plan)) return save(draft, loaded.value, [], taken, options);
  const told = await options.slots.run(() => tell(user, draft, taken, request, options));
  if (told.kind !== 'told') return told;
  return save(told.draft, loaded.value, told.drift, told.progress, options);
}

/** COR was told all there is to tell, and its reply proves it; or the attempt ended with that. */
type Told<Request extends UserRequest> =
  | {
      readonly kind: 'told';
      readonly draft: Draft;
      readonly drift: readonly Drift[];
      readonly progress: Progress<Request>;
    }
  | Attempt<Request>;

/** In a call slot: what came in while the slot was waited for joins in, then COR is called. */
async function tell<Request extends UserRequest>(
  user: string,
  drafted: Draft,
  earlier: Progress<Request>,
  request: ReconcileRequest<Request>,
  options: ReconcileOptions,
): Promise<Told<Request>> {
  const taken = takeMore(earlier, request);
  const draft = taken === earlier ? drafted : draftOf(drafted.before, taken, options);
  if (!hasCalls(draft.plan)) return { kind: 'told', draft, drift: [], progress: taken };
  const { requests } = taken;
  const context = request.context ?? callContextOf(requests);
  const mayCreate = options.createMissing && requests.length === 1;
  const result = await callCor(user, draft.plan, context, mayCreate, options);
  const progress: Progress<Request> = {
    ...taken,
    touched: new Set([...taken.touched, ...draft.plan.attach, ...draft.plan.detach]),
    corCalls: taken.corCalls + result.calls,
  };
  const { failure } = result;
  if (!failure) return { kind: 'told', draft, drift: result.drift, progress };
  if (failure.class === 'didNotApply' && progress.unconfirmed < MAX_UNCONFIRMED)
    return { kind: 'repeat', progress: { ...progress, unconfirmed: progress.unconfirmed + 1 } };
  // An earlier try of a redelivered message may have changed COR, even when this one did not.
  return failed(progress, failure, result.corChanged || reasserts(progress));
}

/**
 * Saves what COR has accepted. Also when only COR was told and the document is the same: a save that succeeds
 * proves that nobody else's calls came between.
 */
async function save<Request extends UserRequest>(
  { before, after, plan }: Draft,
  { etag }: LoadedDocument,
  drift: readonly Drift[],
  progress: Progress<Request>,
  options: ReconcileOptions,
): Promise<Attempt<Request>> {
  if (hasCalls(plan) || after !== before) {
    const saved = await tryStorage(() => options.ledger.save(after, etag), progress, options);
    if (saved.kind === 'failed') return failed(progress, saved.failure, true);
    if (saved.value === 'conflict') return { kind: 'repeat', progress };
    logUnusual(plan, options.log);
  }
  for (const { workspace } of drift) options.log('warn', { evt: 'cor.drift', workspaceId: workspace });
  const unchanged = new Set(progress.requests.filter((one) => !isNews(before, changesOf([one]))));
  return { kind: 'saved', ...spentIn(progress), unchanged, drift };
}

/** The result of a call to the ledger, or why there is none. */
async function tryStorage<Value>(
  call: () => Promise<Value>,
  { requests }: { readonly requests: readonly UserRequest[] },
  { log }: ReconcileOptions,
): Promise<
  { readonly kind: 'done'; readonly value: Value } | { readonly kind: 'failed'; readonly failure: Failure }
> {
  try {
    return { kind: 'done', value: await call() };
  } catch (error) {
    return { kind: 'failed', failure: storageFailure(error, log, requests[0]?.correlationId) };
  }
}

/** Progress with what has come in meanwhile; the same object when nothing has. */
function takeMore<Request extends UserRequest>(
  progress: Progress<Request>,
  { take }: ReconcileRequest<Request>,
): Progress<Request> {
  const more = take();
  return more.length === 0 ? progress : { ...progress, requests: [...progress.requests, ...more] };
}

/** Is COR to be told everything, because what it holds is not known for sure? */
function reasserts({ reassert, requests }: Progress<UserRequest>): boolean {
  return reassert || requests.some(({ redelivered }) => redelivered);
}

function draftOf(
  before: LedgerDocument,
  progress: Progress<UserRequest>,
  { rule, today }: ReconcileOptions,
): Draft {
  const day = today();
  const after = merge(before, changesOf(progress.requests), day);
  const mentioned = workspacesOf(progress.requests);
  const { touched } = progress;
  return {
    before,
    after,
    plan: planCalls({ before, after, rule, day, mentioned, touched, reassert: reasserts(progress) }),
  };
}

function spentIn<Request extends UserRequest>({
  requests,
  touched,
  corCalls,
}: Progress<Request>): Spent<Request> {
  return { requests, touched, corCalls };
}

function failed<Request extends UserRequest>(
  progress: Progress<Request>,
  failure: Failure,
  corChanged: boolean,
): Reconciliation<Request> {
  return { kind: 'failed', ...spentIn(progress), failure, corChanged };
}

/** Percentages that may surprise: those that are cut at 100, and those of workspaces with nothing planned at present. */
function logUnusual({ desired, requested }: Plan, log: Log): void {
  for (const workspaceId of requested) {
    const { uncapped, whyZero } = desired.get(workspaceId) ?? {};
    if (uncapped !== undefined) log('warn', { evt: 'percentage.capped', workspaceId, percentage: uncapped });
    if (whyZero !== undefined) log('info', { evt: 'percentage.zero', workspaceId, reason: whyZero });
  }
}
