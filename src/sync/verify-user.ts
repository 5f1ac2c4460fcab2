import { type Failure, isUnavailable } from '../failure.ts';
import type { LedgerDocument } from '../ledger/document.ts';
import { assignedWorkspaces } from '../ledger/released.ts';
import type { Difference } from './look-first.ts';
import { reconcileUser } from './reconcile-user.ts';
import type { ReconcileOptions } from './reconciliation.ts';

/** COR's answer was compared with the document. */
interface Compared {
  /**
   * Workspaces that COR's reply shows and the document does not speak of. They may belong to another
   * integration, or not be loaded yet, so nothing takes them away by itself.
   */
  readonly unknown: readonly string[];
  /** What COR held otherwise than it was told; it is mended, where the verification is `equal`. */
  readonly differed: readonly Difference[];
}

export type Verification =
  | ({ readonly kind: 'equal'; readonly corCalls: number } & Compared)
  /** COR would not be made equal. */
  | ({ readonly kind: 'differs'; readonly failure: Failure } & Compared)
  /** COR or the ledger could not be reached, or the document changed all the time. */
  | { readonly kind: 'unavailable'; readonly failure: Failure };

/**
 * Tells COR all that the ledger says of one user and compares COR's reply: COR cannot be read, so asserting
 * is the only way to look. What was different is mended by that; what could not be mended is the failure.
 */
export async function verifyUser(user: string, options: ReconcileOptions): Promise<Verification> {
  const nothing = { requests: [], take: () => [], touched: new Set<string>() };
  const result = await reconcileUser(user, { ...nothing, reassert: true, look: true }, options);
  if (result.kind === 'failed') {
    const { failure } = result;
    return isUnavailable(failure)
      ? { kind: 'unavailable', failure }
      : { kind: 'differs', failure, unknown: [], differed: [] };
  }
  const unknown = unknownIn(result.document, result.seen);
  const { differed, corCalls } = result;
  const [first] = result.drift;
  if (!first) return { kind: 'equal', corCalls, unknown, differed };
  const description = result.drift.map(({ failure }) => failure.description).join(' ');
  return { kind: 'differs', failure: { ...first.failure, description }, unknown, differed };
}

function unknownIn(document: LedgerDocument, seen: ReadonlyMap<string, number> | undefined): string[] {
  const told = Object.keys(document.told ?? {});
  const known = new Set([...assignedWorkspaces(document), ...Object.keys(document.released), ...told]);
  return [...(seen?.keys() ?? [])].filter((id) => !known.has(id));
}
