import { type Failure, isUnavailable } from '../failure.ts';
import { type ReconcileOptions, reconcileUser } from './reconcile-user.ts';

export type Verification =
  | { readonly kind: 'equal'; readonly corCalls: number }
  /** COR would not be made equal. */
  | { readonly kind: 'differs'; readonly failure: Failure }
  /** COR or the ledger could not be reached, or the document changed all the time. */
  | { readonly kind: 'unavailable'; readonly failure: Failure };

/**
 * Tells COR all that the ledger says of one user and compares COR's reply: COR cannot be read, so asserting
 * is the only way to look. What was different is mended by that; what could not be mended is the failure.
 */
export async function verifyUser(user: string, options: ReconcileOptions): Promise<Verification> {
  const nothing = { requests: [], take: () => [], touched: new Set<string>() };
  const result = await reconcileUser(user, { ...nothing, reassert: true }, options);
  if (result.kind === 'failed') {
    const { failure } = result;
    return { kind: isUnavailable(failure) ? 'unavailable' : 'differs', failure };
  }
  const [first] = result.drift;
  if (!first) return { kind: 'equal', corCalls: result.corCalls };
  const description = result.drift.map(({ failure }) => failure.description).join(' ');
  return { kind: 'differs', failure: { ...first.failure, description } };
}
