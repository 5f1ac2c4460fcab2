/**
 * What was typed, or a setting, does not say what to do. The message is for the one who typed it, and repeats
 * no secret.
 */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/**
 * Parts of connection strings and tokens, and runs of characters that no word or file name has: keys in
 * base64, hex or the like.
 */
const LIKE_A_SECRET = [
  /[=;]|:\/\/|\bBearer\b|\beyJ/,
  /(?=[\w+/~.-]*\d)(?=[\w+/~.-]*[A-Z])(?=[\w+/~.-]*[a-z])[\w+~]{16,}/,
  /[0-9a-f]{24,}/i,
];

/**
 * An argument as an error text may repeat it: in quotes, or as dots where it may be a secret that got into
 * the wrong place.
 */
export function quoted(argument: string): string {
  const safe = argument.length <= 120 && !LIKE_A_SECRET.some((secret) => secret.test(argument));
  return safe ? `"${argument}"` : '"…"';
}
