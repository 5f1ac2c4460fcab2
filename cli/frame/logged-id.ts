import type { NamedId } from '../../src/dynamics/named-id.ts';
import { loggedId } from '../../src/logged-id.ts';

/** What stands in a log line for an external id that is a name; empty where the log has the id as it is. */
export const inTheLog = (id: string): string => (loggedId(id) === id ? '' : loggedId(id));

/** An external id with what stands for it in the log, so that a line can be matched. */
export function idText(id: NamedId): string {
  if (typeof id !== 'string') return `at ${id.table} ${id.id}, to be looked up`;
  return inTheLog(id) === '' ? id : `${id} (in the log ${inTheLog(id)})`;
}
