import type { CallSlots } from '../cor/call-slots.ts';
import type { CircuitBreaker } from '../cor/circuit-breaker.ts';
import type { CallContext, CorClient } from '../cor/cor-client.ts';
import type { PercentageRule } from '../dynamics/percentage-rule.ts';
import type { Failure } from '../failure.ts';
import type { LedgerDocument } from '../ledger/document.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { RecentDocuments } from '../ledger/recent-documents.ts';
import type { Log } from '../log.ts';
import type { Drift } from './assertion.ts';
import type { Difference } from './look-first.ts';
import type { RequestEnding, UserRequest } from './user-request.ts';

export interface ReconcileOptions {
  readonly ledger: Ledger;
  /** Without it documents are always read. */
  readonly recent?: RecentDocuments | undefined;
  readonly cor: CorClient;
  readonly slots: CallSlots;
  readonly breaker: CircuitBreaker;
  readonly rule: PercentageRule;
  /** UTC epoch ms. */
  readonly now: () => number;
  /** The day for which COR is told, `YYYY-MM-DD`. */
  readonly today: () => string;
  readonly log: Log;
  /** Create workspaces that COR does not know, instead of refusing. */
  readonly createMissing: boolean;
}

/**
 * What is to be made true for one user: what some messages ask, or (without any) just what the ledger says.
 */
export interface ReconcileRequest<Request extends UserRequest> {
  readonly requests: readonly Request[];
  /** Returns what has come in for the same user meanwhile, to be done along with the rest. */
  readonly take: () => readonly Request[];
  /** Tell COR the whole wanted state, because what it holds is not known for sure. */
  readonly reassert: boolean;
  /** Look first at what COR holds. */
  readonly look?: boolean;
  /** Workspaces that earlier calls may have attached or detached without a save. */
  readonly touched: ReadonlySet<string>;
  /** Since when its messages wait, UTC epoch ms. Absent: nobody holds a lock meanwhile. */
  readonly since?: number;
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

/** COR holds what the document says. */
interface Saved<Request extends UserRequest> extends Spent<Request> {
  readonly kind: 'saved';
  readonly document: LedgerDocument;
  readonly endings: ReadonlyMap<Request, RequestEnding>;
  /** What COR does not hold as the ledger says, and nobody asked for. */
  readonly drift: readonly Drift[];
  /** What COR held otherwise than it was told, where it was looked at first. */
  readonly differed: readonly Difference[];
  /** Percentage by workspace as COR's latest reply showed it; missing where there was none with a list. */
  readonly seen: ReadonlyMap<string, number> | undefined;
}

export interface Failed<Request extends UserRequest> extends Spent<Request> {
  readonly kind: 'failed';
  readonly failure: Failure;
  readonly corChanged: boolean;
}

export type Reconciliation<Request extends UserRequest> = Saved<Request> | Failed<Request>;

/** What one attempt leaves to the next. */
export interface Progress<Request extends UserRequest> extends Spent<Request> {
  readonly reassert: boolean;
  /** Look first at what COR holds: only before anything is told. */
  readonly look: boolean;
  /** Attempts after which COR showed something else than it was told. */
  readonly unconfirmed: number;
}

/** One attempt ends the reconcile, or has to be repeated from the load on. */
export type Attempt<Request extends UserRequest> =
  | Reconciliation<Request>
  | { readonly kind: 'repeat'; readonly progress: Progress<Request> };

/** Is COR to be told everything, because what it holds is not known for sure? */
export function reasserts({ reassert, requests }: Progress<UserRequest>): boolean {
  return reassert || requests.some((one) => one.redelivered || one.reassert);
}

export function spentIn<Request extends UserRequest>({
  requests,
  touched,
  corCalls,
}: Progress<Request>): Spent<Request> {
  return { requests, touched, corCalls };
}

export function failed<Request extends UserRequest>(
  progress: Progress<Request>,
  failure: Failure,
  corChanged: boolean,
): Failed<Request> {
  return { kind: 'failed', ...spentIn(progress), failure, corChanged };
}
