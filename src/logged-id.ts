import { createHash } from 'node:crypto';
import { GUID } from './external-id.ts';

/** Digits, as personnel and project numbers are written. */
const NUMBER = /^\d[\d.-]*$/;

/**
 * An external id as a log line may hold it. A mapping can take names and e-mail addresses as ids, so that
 * anything but a GUID or a number becomes `#` and the first 8 hex digits of its SHA-256: the same for the
 * same id, everywhere.
 */
export function loggedId(id: string): string {
  if (GUID.test(id) || NUMBER.test(id)) return id;
  return `#${createHash('sha256').update(id).digest('hex').slice(0, 8)}`;
}
