import type { CorClient } from '../cor/cor-client.ts';
import type { PercentageRule } from '../dynamics/percentage-rule.ts';
import type { Failure } from '../failure.ts';
import type { Ledger, LoadedDocument } from '../ledger/ledger.ts';
import { assertInCor } from './assert-in-cor.ts';
import { hasCalls, planCalls } from './plan.ts';

export type Verification =
  | { readonly kind: 'equal'; readonly corCalls: number }
  | { readonly kind: 'changedMeanwhile' }
  | { readonly kind: 'differs'; readonly failure: Failure };

/** As in the connector's own loop: so many lost races in a row mean that something else is wrong. */
const MOST_CONFLICTS = 50;

async function look(
  { document, etag }: LoadedDocument,
  ledger: Ledger,
  cor: CorClient,
  rule: PercentageRule,
  day: string,
): Promise<Verification> {
  const { user, assignments } = document;
  const all = new Set(
    Object.values(assignments).flatMap((entry) => (entry.state === 'assigned' ? [entry.workspace] : [])),
  );
  const plan = planCalls({
    before: document,
    after: document,
    rule,
    day,
    mentioned: all,
    touched: new Set(),
    reassert: true,
  });
  if (!hasCalls(plan)) return { kind: 'equal', corCalls: 0 };
  const { failure, drift, calls } = await assertInCor(cor, user, plan);
  // A save that succeeds proves that no other call came between; an app at work on the same user meets a conflict and asserts again.
  if ((await ledger.save(document, etag)) === 'conflict') return { kind: 'changedMeanwhile' };
  if (failure) return { kind: 'differs', failure };
  if (drift.length === 0) return { kind: 'equal', corCalls: calls };
  const description = `COR still shows workspaces that the user no longer has: ${drift.join(', ')}. Take them away in COR.`;
  return {
    kind: 'differs',
    failure: { service: 'cor', class: 'didNotApply', code: 'CorDidNotApply', description },
  };
}

/**
 * Tells COR all that the ledger says of one user and compares COR's reply: COR cannot be read, so asserting is the only way to look.
 * What was different is mended by that. When the connector saves in between, what was told may have undone its work: then all of it is
 * told again. Rejects when the ledger cannot be reached or read.
 */
export async function verifyUser(
  ledger: Ledger,
  cor: CorClient,
  rule: PercentageRule,
  day: string,
  user: string,
): Promise<Verification> {
  for (let conflicts = 0; conflicts < MOST_CONFLICTS; conflicts += 1) {
    const found = await look(await ledger.load(user), ledger, cor, rule, day);
    if (found.kind !== 'changedMeanwhile') return found;
  }
  return { kind: 'changedMeanwhile' };
}
