/** A GUID, without braces. */
export const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const BRACED_GUID = new RegExp(`^\\{?(${GUID.source.slice(1, -1)})\\}?$`, 'i');

/**
 * GUIDs become lower case without braces, so that they compare equal however a sender wrote them; other ids
 * stay as they are.
 */
export function normalizeExternalId(id: string): string {
  return BRACED_GUID.exec(id)?.[1]?.toLowerCase() ?? id;
}

/**
 * A blob's name has at most 1,024 characters in a URL; the ledger keeps a user's document under the id,
 * percent-encoded.
 */
const MAX_ENCODED_LENGTH = 1_013;

/**
 * Why an id can never work, neither in a URL nor as the name of a blob; `undefined` when it can. The text
 * completes "the column …" and does not repeat the id, which may be an e-mail address.
 */
export function externalIdProblem(id: string): string | undefined {
  if (!id.isWellFormed()) return 'holds half of a character (a lone surrogate)';
  if (/\p{Cc}/u.test(id)) return 'holds control characters';
  if (id !== id.trim()) return 'begins or ends with blanks ("trim": true in the mapping takes them away)';
  const { length } = encodeURIComponent(id);
  if (length > MAX_ENCODED_LENGTH)
    return `is ${length} characters long in a URL, at most ${MAX_ENCODED_LENGTH} are possible`;
  return undefined;
}
