import { attachPart, type CorSession } from './cor-session.ts';
import { isDifferent } from './mismatch.ts';

/** A workspace that COR held otherwise than it was told, before anything was mended. */
export interface Difference {
  readonly workspace: string;
  /** Percent. */
  readonly told: number;
  /** Percent; `undefined`: it was not attached. */
  readonly shown: number | undefined;
}

/**
 * Looks at what COR holds of a user before it is told everything. COR cannot be read, but its reply to an attach
 * shows all that the user has: so one workspace is told once more, and the reply shows the others as they were.
 *
 * It cannot be seen how COR held that one workspace; nor anything of a user with a single one, of a COR that
 * refuses what is attached already, or of one that replaces: then no other is shown. `told`: percentage by
 * workspace as COR took it last.
 */
export async function lookFirst(
  session: CorSession,
  told: Readonly<Record<string, number>>,
): Promise<readonly Difference[]> {
  const probe = Object.keys(told).find((id) => session.desired.get(id)?.percentage === told[id]);
  const others = Object.entries(told).filter(([id]) => id !== probe);
  if (probe === undefined || others.length === 0) return [];
  const failure = await attachPart(session, [probe]);
  const { seen } = session;
  if (failure || !seen || !others.some(([id]) => seen.has(id))) return [];
  // What is missing was missing before: this COR keeps what is not in the call.
  session.replaces = false;
  return others.flatMap(([workspace, percentage]): Difference[] => {
    const shown = seen.get(workspace);
    return isDifferent(shown, percentage) ? [{ workspace, told: percentage, shown }] : [];
  });
}
