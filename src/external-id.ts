/** A GUID, without braces. */
export const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const BRACED_GUID = new RegExp(`^\\{?(${GUID.source.slice(1, -1)})\\}?$`, 'i');

/** GUIDs become lower case without braces, so that they compare equal however a sender wrote them; other ids stay as they are. */
export function normalizeExternalId(id: string): string {
  return BRACED_GUID.exec(id)?.[1]?.toLowerCase() ?? id;
}
