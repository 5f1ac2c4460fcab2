/** Texts that must not leave the process: the token, key, secret and Basic credential in use. */
export type Secrets = readonly string[];

const MARK = '[redacted]';
/** Enough for any message that fits a description, and a bound on the work that a hostile body can cause. */
const MAX_INPUT = 1_000;
/** What is looked through for secrets: as much as may shrink to that. */
const MAX_RAW = 16_000;
/** A GUID or an external id is worth reading; a longer quotation is somebody's data. */
const MAX_QUOTE = 48;

const PATTERNS: readonly RegExp[] = [
  // JSON web tokens, also when cut short.
  /eyJ[\w-]{8,}[\w.-]*/g,
  /\b(?:bearer|basic)\s+[\w.~+/=-]{8,}/gi,
  // E-mail addresses, also percent-encoded. The bounds keep this linear (RFC 5321: 64 and 255).
  /[^\s"<>()[\],;:@]{1,64}(?:@|%40)[^\s"<>()[\],;:@]{1,255}/gi,
  // A run that no word, id or GUID reaches: a key or an encoded blob.
  /[\w+/-]{41,}={0,2}/g,
  new RegExp(`"[^"]{${MAX_QUOTE + 1},}"|'[^']{${MAX_QUOTE + 1},}'`, 'g'),
];

/** By hand: `/\S*$/` looks at every word to the end of the text. */
function withoutLastWord(text: string): string {
  let end = text.length;
  while (end > 0 && text.charAt(end - 1).trim() !== '') end -= 1;
  return text.slice(0, end);
}

/** `text` without secrets, tokens, e-mail addresses and long quotations. */
export function redact(text: string, secrets: Secrets): string {
  let safe = text.slice(0, MAX_RAW);
  for (const secret of secrets) {
    for (const form of [secret, encodeURIComponent(secret.toWellFormed())]) {
      if (form) safe = safe.replaceAll(form, MARK);
    }
  }
  // The cut may go through an address or a token that the patterns then miss, so the word it goes through is
  // dropped.
  if (safe.length > MAX_INPUT || text.length > MAX_RAW) safe = withoutLastWord(safe.slice(0, MAX_INPUT));
  for (const pattern of PATTERNS) safe = safe.replace(pattern, MARK);
  return safe;
}
