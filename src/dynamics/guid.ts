import { normalizeExternalId } from '../external-id.ts';

export const ZERO_GUID = '00000000-0000-0000-0000-000000000000';

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The GUID in lower case without braces; `undefined` when the value is none. */
export function readGuid(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length < 36 || value.length > 38) return undefined;
  // As Dataverse writes them. A message holds a dozen, and making what is already right anew would take most
  // of the time of reading it.
  if (GUID.test(value)) return value;
  const guid = normalizeExternalId(value);
  return GUID.test(guid) ? guid : undefined;
}
