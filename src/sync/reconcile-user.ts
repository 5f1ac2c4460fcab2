import type { Failure } from '../failure.ts';
import type { LoadedDocument } from '../ledger/ledger.ts';
import { MAX_DOCUMENT_AGE_MS, type RecentDocument } from '../ledger/recent-documents.ts';
import { ruleHash } from '../ledger/rule-hash.ts';
import { storageFailure } from '../ledger/storage-failure.ts';
import type { Drift } from './assertion.ts';
import { callCor } from './call-cor.ts';
import { type Draft, draftOf, toldDocument } from './draft.ts';
import { logDifferences, logDrift, logUnusual } from './log-unusual.ts';
import type { Difference } from './look-first.ts';
import { hasCalls } from './plan.ts';
import {
  type Attempt,
  type Failed,
  failed,
  type Progress,
  type ReconcileOptions,
  type ReconcileRequest,
  type Reconciliation,
  reasserts,
  spentIn,
} from './reconciliation.ts';
import { endingOf } from './request-ending.ts';
import { hasWaitedTooLong, NO_TURN } from './turn.ts';
import { callContextOf, type UserRequest } from './user-request.ts';

/**
 * Every lost race means that another instance made progress; so many in a row mean that something is wrong.
 */
const MAX_ATTEMPTS = 50;

/**
 * COR showing something else than it was told is either COR's doing, or that of another instance that works
 * on the same user at this moment. Only the second goes away when one insists: once here, and once more when
 * the message has come back.
 */
const MAX_UNCONFIRMED = 1;

/** A document as it was known when the load began. */
interface Loaded extends RecentDocument {
  readonly kind: 'loaded';
}

/** COR was told all there is to tell, and its reply proves it. */
interface Told<Request extends UserRequest> {
  readonly kind: 'told';
  readonly draft: Draft;
  readonly loaded: Loaded;
  readonly drift: readonly Drift[];
  readonly differed: readonly Difference[];
  readonly seen?: ReadonlyMap<string, number> | undefined;
  readonly progress: Progress<Request>;
}

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
  const look = request.look === true || requests.some((one) => one.look);
  let progress: Progress<Request> = { requests, reassert, look, touched, corCalls: 0, unconfirmed: 0 };
  for (let attempts = 0; attempts < MAX_ATTEMPTS; attempts += 1) {
    const attempt = await attemptOnce(user, progress, request, options);
    if (attempt.kind !== 'repeat') return attempt;
    progress = { ...attempt.progress, reassert: true, look: false };
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
  const told = await options.slots.approach(async () =>
    hasWaitedTooLong(request, options)
      ? failed(progress, NO_TURN, reasserts(progress))
      : loadAndTell(user, progress, request, options),
  );
  // Whoever waits for a call slot need not wait for the save.
  return told.kind === 'told' ? save(told, options) : told;
}

async function loadAndTell<Request extends UserRequest>(
  user: string,
  progress: Progress<Request>,
  request: ReconcileRequest<Request>,
  options: ReconcileOptions,
): Promise<Told<Request> | Attempt<Request>> {
  const loaded = await load(user, progress, options);
  if (loaded.kind === 'failed') return loaded;
  const taken = takeMore(progress, request);
  const draft = draftFrom(loaded, taken, options);
  const nothingTold: Told<Request> = {
    kind: 'told',
    draft,
    loaded,
    drift: [],
    differed: [],
    progress: taken,
  };
  if (!hasCalls(draft.plan)) return nothingTold;
  return options.slots.run(() => tell(user, nothingTold, request, options));
}

async function load<Request extends UserRequest>(
  user: string,
  progress: Progress<Request>,
  options: ReconcileOptions,
): Promise<Loaded | Failed<Request>> {
  // What mends something does not rely on what is remembered.
  const recent = reasserts(progress) ? undefined : options.recent?.get(user);
  if (recent) return { kind: 'loaded', ...recent };
  const at = options.now();
  const loaded = await tryStorage(() => options.ledger.load(user), progress, options);
  if (loaded.kind === 'failed') return failed(progress, loaded.failure, false);
  return { kind: 'loaded', ...loaded.value, at };
}

/** In a call slot: what came in or was saved while the slot was waited for joins in, then COR is called. */
async function tell<Request extends UserRequest>(
  user: string,
  nothingTold: Told<Request>,
  request: ReconcileRequest<Request>,
  options: ReconcileOptions,
): Promise<Told<Request> | Attempt<Request>> {
  const renewed = await renew(user, nothingTold, request, options);
  if (renewed.kind === 'failed' || !hasCalls(renewed.draft.plan)) return renewed;
  const { draft, loaded, progress: taken } = renewed;
  const { plan } = draft;
  const context = request.context ?? callContextOf(taken.requests);
  const mayCreate = options.createMissing && taken.requests.length === 1;
  const { failure, ...result } = await callCor(user, plan, context, mayCreate, options);
  const progress: Progress<Request> = {
    ...taken,
    touched: new Set([...taken.touched, ...plan.attach, ...plan.detach]),
    corCalls: taken.corCalls + result.calls,
  };
  const { drift, differed, seen } = result;
  logDifferences(differed, options.log);
  if (!failure) return { kind: 'told', draft, loaded, drift, differed, seen, progress };
  if (failure.class === 'didNotApply' && progress.unconfirmed < MAX_UNCONFIRMED)
    return { kind: 'repeat', progress: { ...progress, unconfirmed: progress.unconfirmed + 1 } };
  // An earlier try of a redelivered message may have changed COR, even when this one did not.
  return failed(progress, failure, result.corChanged || reasserts(progress));
}

/**
 * The same with a document that is not old, and with the requests that have come in meanwhile. So a process
 * that stood still does not tell COR what others have changed since; what is left of that danger lies between
 * this load and the call.
 */
async function renew<Request extends UserRequest>(
  user: string,
  earlier: Told<Request>,
  request: ReconcileRequest<Request>,
  options: ReconcileOptions,
): Promise<Told<Request> | Failed<Request>> {
  const isOld = options.now() - earlier.loaded.at > MAX_DOCUMENT_AGE_MS;
  const loaded = isOld ? await load(user, earlier.progress, options) : earlier.loaded;
  if (loaded.kind === 'failed') return loaded;
  const progress = takeMore(earlier.progress, request);
  if (loaded === earlier.loaded && progress === earlier.progress) return earlier;
  return { ...earlier, draft: draftFrom(loaded, progress, options), loaded, progress };
}

/**
 * Saves what COR has accepted. Also when only COR was told and the document is the same: a save that succeeds
 * proves that nobody else's calls came between.
 */
async function save<Request extends UserRequest>(
  { draft, loaded, drift, differed, seen, progress }: Told<Request>,
  options: ReconcileOptions,
): Promise<Attempt<Request>> {
  const { before, plan } = draft;
  const document = isToBeSaved(draft, progress) ? toldDocument(draft, drift) : before;
  if (document !== before) {
    const { ledger, recent, rule } = options;
    const at = options.now();
    recent?.forget(document.user);
    const write = () => ledger.save(document, loaded.etag, ruleHash(rule));
    const saved = await tryStorage(write, progress, options);
    if (saved.kind === 'failed') return failed(progress, saved.failure, true);
    if (saved.value.kind === 'conflict') return { kind: 'repeat', progress };
    recent?.keep({ document, etag: saved.value.etag, at });
    logUnusual(plan, options.log);
  }
  logDrift(drift, options.log);
  const endings = new Map(progress.requests.map((one) => [one, endingOf(one, draft)]));
  return { kind: 'saved', ...spentIn(progress), endings, drift, differed, seen, document };
}

/** Who asks about the day is answered by a save, also when nothing is to be told: else the user stays due. */
function isToBeSaved({ before, after, plan }: Draft, { requests }: Progress<UserRequest>): boolean {
  const asksAboutTheDay = requests.some(({ changes, reassert }) => changes.length === 0 && !reassert);
  return hasCalls(plan) || after !== before || asksAboutTheDay;
}

/** The result of a call to the ledger, or why there is none. */
async function tryStorage<Value>(
  call: () => Promise<Value>,
  { requests }: Progress<UserRequest>,
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

function draftFrom(
  { document }: LoadedDocument,
  progress: Progress<UserRequest>,
  { rule, today }: ReconcileOptions,
): Draft {
  const { requests, touched, look } = progress;
  return draftOf(document, {
    requests,
    touched,
    reassert: reasserts(progress),
    look,
    rule,
    day: today(),
  });
}
