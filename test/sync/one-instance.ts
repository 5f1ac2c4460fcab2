import { createCallSlots } from '../../src/cor/call-slots.ts';
import { createCircuitBreaker } from '../../src/cor/circuit-breaker.ts';
import type { AssignmentChange, RemoveAssignment } from '../../src/dynamics/assignment-change.ts';
import { percentageSchema } from '../../src/dynamics/percentage-schema.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { createMemoryLedger } from '../../src/ledger/memory-ledger.ts';
import type { LogLine } from '../../src/log.ts';
import { createUserSync } from '../../src/sync/apply-changes.ts';
import type { ReconcileOptions } from '../../src/sync/reconciliation.ts';
import type { SyncResult } from '../../src/sync/user-request.ts';
import { type CorManners, createModelCor, type ModelCor, modelCorClient } from './model/model-cor.ts';

export const USER = 'u';
/** Whatever the day: these tests are about calls, not about dates. */
const RULE = percentageSchema.parse({ window: 'always' });
const DAY = '2026-03-04';

const FRIENDLY: CorManners = {
  attach: 'additive',
  reattach: 'update',
  batch: 'atomic',
  notAttached: 'ignore',
  sums: 'any',
};

/** The ways in which COR may take an attach, named for a test's title. */
export const MANNERS: readonly [string, Partial<CorManners>][] = (['additive', 'replacing'] as const).flatMap(
  (attach) =>
    (['update', 'ignore', 'refuse'] as const).map((reattach): [string, Partial<CorManners>] => [
      `attach ${attach}, re-attach ${reattach}`,
      { attach, reattach },
    ]),
);

/** How COR behaves, and what time it is (UTC epoch ms). */
interface Setting extends Partial<CorManners> {
  readonly now?: () => number;
}

export interface Instance {
  readonly cor: ModelCor;
  /** Workspaces that COR knows. */
  readonly known: Set<string>;
  readonly ledger: Ledger;
  readonly options: ReconcileOptions;
  readonly lines: LogLine[];
  /** `attach a,b` and `detach a`, in order. */
  readonly calls: string[];
  /** Runs once, before the next save: what another instance does meanwhile. */
  meanwhile: (() => Promise<unknown>) | undefined;
  /** Hands over one message; the sequence number is the version as well, unless the change says otherwise. */
  submit(changes: readonly AssignmentChange[], sequence: number, redelivered?: boolean): Promise<SyncResult>;
  held(): Record<string, number>;
}

/**
 * One process of the connector over an in-memory ledger and the model of COR; `beside` shares both with
 * another one.
 */
export function startInstance(setting: Setting = {}, beside?: Instance): Instance {
  const { now = () => 0, ...manners } = setting;
  const known = beside?.known ?? new Set(['a', 'b', 'c', 'd', 'e']);
  const cor =
    beside?.cor ??
    createModelCor({ ...FRIENDLY, ...manners }, { users: new Set([USER, 'v']), workspaces: known });
  const stored = beside?.ledger ?? createMemoryLedger();
  const lines: LogLine[] = [];
  const calls: string[] = [];
  const recorded: ModelCor = {
    state: cor.state,
    attach(user, shares) {
      calls.push(`attach ${shares.map(({ workspaceId }) => workspaceId)}`);
      return cor.attach(user, shares);
    },
    detach(user, ids) {
      calls.push(`detach ${ids}`);
      return cor.detach(user, ids);
    },
  };
  const ledger: Ledger = {
    ...stored,
    async save(document, etag, rule) {
      const first = instance.meanwhile;
      instance.meanwhile = undefined;
      await first?.();
      return stored.save(document, etag, rule);
    },
  };
  const options: ReconcileOptions = {
    ledger,
    cor: modelCorClient(recorded, async (call) => call()),
    slots: createCallSlots(4),
    breaker: createCircuitBreaker({ now: () => 0 }),
    rule: RULE,
    now,
    today: () => DAY,
    log: (_level, line) => lines.push(line),
    createMissing: false,
  };
  const users = createUserSync(options);
  const instance: Instance = {
    cor,
    known,
    lines,
    calls,
    meanwhile: undefined,
    ledger,
    options,
    submit: (changes, sequence, redelivered = false) =>
      users.submit(changes[0]?.user ?? USER, {
        changes,
        sequence,
        redelivered,
        correlationId: `c${sequence}`,
      }),
    held: () => Object.fromEntries(cor.state.get(USER) ?? []),
  };
  return instance;
}

export function put(record: string, workspace: string, percentage: number, number: number): AssignmentChange {
  return {
    kind: 'put',
    user: USER,
    record,
    workspace,
    allocation: { percentage },
    version: { number },
  };
}

export function remove(
  record: string,
  number: number,
  why: RemoveAssignment['why'] = 'moved',
): AssignmentChange {
  return { kind: 'remove', user: USER, record, why, version: { number } };
}
