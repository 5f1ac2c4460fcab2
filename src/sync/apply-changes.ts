import type { CorSlots } from '../cor/call-slots.ts';
import type { CorPause } from '../cor/circuit-breaker.ts';
import type { CorClient } from '../cor/cor-client.ts';
import type { PercentageRule } from '../dynamics/percentage-rule.ts';
import { type Failure, isUnavailable } from '../failure.ts';
import type { LedgerDocument } from '../ledger/document.ts';
import type { Ledger, LoadedDocument } from '../ledger/ledger.ts';
import { isNews, merge } from '../ledger/merge.ts';
import { storageFailure } from '../ledger/storage-failure.ts';
import type { Log } from '../log.ts';
import { type AssertionResult, assertInCor } from './assert-in-cor.ts';
import { createMissingWorkspaces } from './missing-workspaces.ts';
import { hasCalls, type Plan, planCalls } from './plan.ts';
import { type SyncItem, workspacesOf } from './sync-item.ts';
import { createUserLanes, type UserLanes, type Waiting } from './user-queues.ts';

export interface SyncOptions {
  readonly ledger: Ledger;
  readonly cor: CorClient;
  readonly slots: CorSlots;
  readonly pause: CorPause;
  readonly rule: PercentageRule;
  /** The day in the rule's time zone. */
  readonly today: () => string;
  readonly log: Log;
  /** Create workspaces that COR does not know, instead of refusing. */
  readonly createMissing: boolean;
}

/** What is carried from one try to the next for the same messages. */
interface Carried {
  reassert: boolean;
  /** Workspaces that calls so far may have attached or detached. */
  readonly touched: Set<string>;
  corCalls: number;
  /** Messages in whose name calls are made: they keep it while COR is put back after their refusal. */
  behalf: readonly Waiting[];
}

type Outcome =
  | { readonly kind: 'saved'; readonly unchanged: ReadonlySet<Waiting> }
  | { readonly kind: 'failed'; readonly failure: Failure; readonly corChanged: boolean };

/** Every lost race means that another instance made progress; so many in a row mean that something else is wrong. */
const MOST_CONFLICTS = 50;

/**
 * COR showing something else than it was told is either COR's doing, or that of another instance that works on the same user at this
 * moment. Only the second goes away when one insists: once here, and once more when the message has come back.
 */
const MOST_DOUBTS = 1;

const NOTHING_MORE = (): readonly Waiting[] => [];

function changesOf(group: readonly Waiting[]) {
  return group.flatMap(({ item: { changes, sequence, enqueuedAt, operation } }) =>
    changes.map((change) => ({ change, sequence, enqueuedAt, operation })),
  );
}

/** Is COR to be told everything, because what it holds is not known for sure? */
function reasserts(group: readonly Waiting[], carried: Carried): boolean {
  return carried.reassert || group.some(({ item }) => item.redelivered);
}

function items(group: readonly Waiting[]): SyncItem[] {
  return group.map(({ item }) => item);
}

function logCapped(calls: Plan, log: Log): void {
  for (const workspaceId of calls.own) {
    const uncapped = calls.desired.get(workspaceId)?.uncapped;
    if (uncapped !== undefined) log('warn', { evt: 'percentage.capped', workspaceId, percentage: uncapped });
  }
}

/** The loop that keeps one user's workspaces in COR equal to the ledger, and the ledger equal to the newest events. */
export function createUserSync(options: SyncOptions): UserLanes {
  const { ledger, cor, slots, pause, rule, today, log } = options;

  function plan(
    before: LedgerDocument,
    after: LedgerDocument,
    group: readonly Waiting[],
    carried: Carried,
  ): Plan {
    const reassert = reasserts(group, carried);
    return planCalls({
      before,
      after,
      rule,
      day: today(),
      mentioned: workspacesOf(items(group)),
      touched: carried.touched,
      reassert,
    });
  }

  /** Makes the calls of a plan; with a group of one and the permission to, creates what COR does not know and tries once more. */
  async function callCor(
    user: string,
    calls: Plan,
    group: readonly Waiting[],
    { behalf }: Carried,
  ): Promise<AssertionResult> {
    const correlationId = behalf[0]?.item.correlationId;
    const traces = behalf.flatMap(({ item }) => item.trace ?? []);
    const context = { ...(correlationId !== undefined && { correlationId }), traces };
    const pass = pause.enter();
    if (!pass.go) {
      const description = `No call was made: ${pause.reason ?? 'COR is being probed'}.`;
      return {
        failure: { service: 'cor', class: 'paused', code: 'PAUSED', description, retryAfterMs: pass.waitMs },
        drift: [],
        calls: 0,
        corChanged: false,
      };
    }
    let result: AssertionResult | undefined;
    try {
      result = await assertInCor(cor, user, calls, context);
      if (result.failure?.class === 'unmapped' && options.createMissing && group.length === 1) {
        const created = await createMissingWorkspaces(cor, calls, context, log);
        const again = created.failure ? undefined : await assertInCor(cor, user, calls, context);
        result = {
          ...(again ?? result),
          ...(created.failure && { failure: created.failure }),
          calls: result.calls + created.calls + (again?.calls ?? 0),
          corChanged: result.corChanged || (again?.corChanged ?? false),
        };
      }
      return result;
    } finally {
      pass.done(result?.failure);
    }
  }

  /** One user, one group: load, merge, tell COR, verify, save; from the start again when somebody else saved in between. */
  async function bring(
    user: string,
    group: readonly Waiting[],
    gather: () => readonly Waiting[],
    carried: Carried,
  ): Promise<Outcome> {
    let doubts = 0;
    for (let conflicts = 0; conflicts < MOST_CONFLICTS; conflicts += 1) {
      let loaded: LoadedDocument;
      try {
        loaded = await ledger.load(user);
      } catch (error) {
        return {
          kind: 'failed',
          failure: storageFailure(error, log, group[0]?.item.correlationId),
          corChanged: false,
        };
      }
      const before = loaded.document;
      gather();
      let after = merge(before, changesOf(group), today());
      let calls = plan(before, after, group, carried);
      if (hasCalls(calls)) {
        const release = await slots.acquire();
        try {
          if (gather().length > 0) {
            after = merge(before, changesOf(group), today());
            calls = plan(before, after, group, carried);
          }
          if (hasCalls(calls)) {
            for (const id of [...calls.attach, ...calls.detach]) carried.touched.add(id);
            const result = await callCor(user, calls, group, carried);
            carried.corCalls += result.calls;
            if (result.failure?.class === 'didNotApply' && doubts < MOST_DOUBTS) {
              doubts += 1;
              carried.reassert = true;
              continue;
            }
            if (result.failure) {
              // An earlier try of a redelivered message may have changed COR, even when this one did not.
              return {
                kind: 'failed',
                failure: result.failure,
                corChanged: result.corChanged || reasserts(group, carried),
              };
            }
            for (const workspaceId of result.drift) log('warn', { evt: 'cor.drift', workspaceId });
          }
        } finally {
          release();
        }
      }
      const unchanged = new Set(group.filter((one) => !isNews(before, changesOf([one]))));
      if (!hasCalls(calls) && after === before) return { kind: 'saved', unchanged };
      try {
        // Also when only COR was told and the document is the same: a save that succeeds proves that nobody else's calls came between.
        if ((await ledger.save(after, loaded.etag)) === 'saved') {
          logCapped(calls, log);
          return { kind: 'saved', unchanged };
        }
      } catch (error) {
        return {
          kind: 'failed',
          failure: storageFailure(error, log, group[0]?.item.correlationId),
          corChanged: true,
        };
      }
      carried.reassert = true;
    }
    const description = `The ledger document was saved by others ${MOST_CONFLICTS} times in a row.`;
    return {
      kind: 'failed',
      failure: { service: 'storage', class: 'transient', code: 'CONFLICTS', description },
      corChanged: true,
    };
  }

  /** Puts COR back to what the ledger says after a refusal that came when something had already been changed. */
  async function restore(user: string, carried: Carried): Promise<Failure | undefined> {
    carried.reassert = true;
    const outcome = await bring(user, [], NOTHING_MORE, carried);
    if (outcome.kind === 'saved') return undefined;
    if (isUnavailable(outcome.failure)) return outcome.failure;
    for (const workspaceId of carried.touched)
      log('error', { evt: 'cor.drift', workspaceId, errorCode: outcome.failure.code ?? '' });
    return undefined;
  }

  async function settle(
    user: string,
    group: readonly Waiting[],
    gather: () => readonly Waiting[],
    carried: Carried,
  ): Promise<void> {
    carried.behalf = group;
    const outcome = await bring(user, group, gather, carried);
    const spent = { coalesced: group.length, corCalls: carried.corCalls };
    if (outcome.kind === 'saved') {
      for (const one of group)
        one.resolve({ kind: outcome.unchanged.has(one) ? 'unchanged' : 'applied', ...spent });
      return;
    }
    if (isUnavailable(outcome.failure)) {
      for (const one of group) one.resolve({ kind: 'unavailable', failure: outcome.failure, ...spent });
      return;
    }
    if (group.length > 1) return split(user, group, carried);
    const failure = outcome.corChanged
      ? ((await restore(user, carried)) ?? outcome.failure)
      : outcome.failure;
    const kind = isUnavailable(failure) ? 'unavailable' : 'refused';
    for (const one of group) one.resolve({ kind, failure, ...spent, corCalls: carried.corCalls });
  }

  /** Finds the guilty ones among messages whose common call was refused, by halves: the others go on together. */
  async function split(user: string, group: readonly Waiting[], carried: Carried): Promise<void> {
    carried.reassert = true;
    const middle = Math.ceil(group.length / 2);
    for (const half of [group.slice(0, middle), group.slice(middle)])
      await half[0]?.within(() => settle(user, half, NOTHING_MORE, carried));
  }

  return createUserLanes((user, group, gather) =>
    settle(user, group, gather, { reassert: false, touched: new Set(), corCalls: 0, behalf: group }),
  );
}
