import { createCallSlots } from '../../src/cor/call-slots.ts';
import { createCircuitBreaker } from '../../src/cor/circuit-breaker.ts';
import { openCor } from '../../src/cor/open-cor.ts';
import type { LedgerDocument } from '../../src/ledger/document.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { planningDay } from '../../src/ledger/today.ts';
import type { Settings } from '../../src/settings.ts';
import type { Difference } from '../../src/sync/look-first.ts';
import { type Verification, verifyUser } from '../../src/sync/verify-user.ts';
import type { Session } from '../frame/session.ts';

export type Verdicts = ReadonlyMap<string, Verification>;

/** COR's reply names what others gave the user too, so this is for a human to judge. */
function unknownText(unknown: readonly string[]): string {
  if (unknown.length === 0) return '';
  return ` COR also shows workspaces that the ledger does not know: ${unknown.join(', ')}. They may belong to another integration, or their rows are not loaded yet; take them away in COR if neither is so.`;
}

/** What was otherwise is mended, so it is told of the past. */
function differedText(differed: readonly Difference[]): string {
  if (differed.length === 0) return '';
  const each = differed.map(({ workspace, told, shown }) =>
    shown === undefined
      ? `${workspace} was not attached (told ${told} %)`
      : `${workspace} had ${shown} % (told ${told} %)`,
  );
  return ` Before that COR held it otherwise: ${each.join(', ')}.`;
}

export function verdictText(user: string, found: Verification): string {
  switch (found.kind) {
    case 'equal':
      return `${user}: COR holds what the ledger says (COR calls made: ${found.corCalls}).${differedText(found.differed)}${unknownText(found.unknown)}`;
    case 'differs':
      return `${user}: COR differs: ${found.failure.description}${differedText(found.differed)}${unknownText(found.unknown)}`;
    case 'unavailable':
      return `${user}: not compared: ${found.failure.description} Run this again later.`;
  }
}

/**
 * Tells COR again what each user has and compares the reply; `onVerdict` hears each at once, because many
 * users take a while.
 */
export async function verifyAll(
  documents: readonly LedgerDocument[],
  ledger: Ledger,
  settings: Settings,
  session: Session,
  onVerdict: (user: string, found: Verification) => void,
): Promise<Verdicts> {
  const verdicts = new Map<string, Verification>();
  const cor = openCor(settings.cor);
  const rule = settings.mapping.percentage;
  const options = {
    ledger,
    cor,
    slots: createCallSlots(1),
    breaker: createCircuitBreaker({ now: Date.now }),
    rule,
    now: Date.now,
    today: () => planningDay(settings, Date.now()),
    log: () => {},
    createMissing: false,
  };
  const signal = session.interruption();
  const progress = session.progress('Verified');
  try {
    for (const { user } of documents) {
      if (signal.aborted) break;
      const found = await verifyUser(user, options);
      verdicts.set(user, found);
      onVerdict(user, found);
      progress.update(verdicts.size, documents.length);
    }
  } finally {
    progress.end();
    await cor.close();
  }
  if (signal.aborted)
    session.say(`Interrupted. ${verdicts.size} of ${documents.length} users were verified.`);
  return verdicts;
}
