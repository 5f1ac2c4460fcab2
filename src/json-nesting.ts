const QUOTE = 0x22;
const BACKSLASH = 0x5c;
// Square brackets differ from braces in one bit.
const BIT = 0x20;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/**
 * Does JSON text open more than `limit` brackets inside one another? Linear, and done at the first place that
 * is too deep.
 */
export function isDeeperThan(limit: number, text: string): boolean {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (inString) {
      if (code === BACKSLASH) at += 1;
      else if (code === QUOTE) inString = false;
    } else if (code === QUOTE) inString = true;
    else if ((code | BIT) === OPEN) {
      depth += 1;
      if (depth > limit) return true;
    } else if ((code | BIT) === CLOSE) depth -= 1;
  }
  return false;
}
