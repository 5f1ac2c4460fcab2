import type { CorClient } from '../cor/cor-client.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { PercentageRule } from '../ledger/percentages.ts';
import { assertInCor } from './assert-in-cor.ts';
import { hasCalls, planCalls } from './plan.ts';
import type { SyncFailure } from './sync-item.ts';

export type Verification =
  | { readonly kind: 'equal'; readonly corCalls: number }
  | { readonly kind: 'changedMeanwhile' }
  | { readonly kind: 'differs'; readonly failure: SyncFailure };

/**
 * Tells COR all that the ledger says of one user and compares COR's reply: COR cannot be read, so asserting is the only way to look.
 * What was different is mended by that. Rejects when the ledger cannot be reached.
 */
export async function verifyUser(
  ledger: Ledger,
  cor: CorClient,
  rule: PercentageRule,
  user: string,
): Promise<Verification> {
  const { document, etag } = await ledger.load(user);
  const all = new Set(
    Object.values(document.assignments).flatMap((entry) =>
      entry.state === 'assigned' ? [entry.workspace] : [],
    ),
  );
  const plan = planCalls({
    before: document,
    after: document,
    rule,
    mentioned: all,
    touched: new Set(),
    reassert: true,
  });
  if (!hasCalls(plan)) return { kind: 'equal', corCalls: 0 };
  const { failure, calls } = await assertInCor(cor, user, plan);
  // An app that is at work on the same user meets a conflict by this, and asserts again what it saves.
  const saved = await ledger.save(document, etag);
  if (failure) return { kind: 'differs', failure };
  return saved === 'saved' ? { kind: 'equal', corCalls: calls } : { kind: 'changedMeanwhile' };
}
