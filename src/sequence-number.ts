/**
 * A sequence number of Service Bus, a 64-bit integer: a number as long as JavaScript holds it exactly, else
 * decimal text. A partitioned queue or topic puts the partition into the high bits, so that its numbers are
 * above 2^53. As JSON it comes back as it was.
 */
export type SequenceNumber = number | string;

const MAX_SEQUENCE_NUMBER = 2n ** 63n - 1n;
const DIGITS = /^\d{1,19}$/;

function wholeOf(value: unknown): bigint | undefined {
  if (typeof value === 'number') return Number.isInteger(value) && value >= 0 ? BigInt(value) : undefined;
  return typeof value === 'string' && DIGITS.test(value) ? BigInt(value) : undefined;
}

/** What a number, or text of digits, says; `undefined` when that is no sequence number. */
export function asSequenceNumber(value: unknown): SequenceNumber | undefined {
  const whole = wholeOf(value);
  if (whole === undefined || whole > MAX_SEQUENCE_NUMBER) return undefined;
  return whole <= Number.MAX_SAFE_INTEGER ? Number(whole) : whole.toString();
}

/** Less than 0 when `a` was given first, as far as one queue counts in one row. */
export function compareSequenceNumbers(a: SequenceNumber, b: SequenceNumber): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [left, right] = [BigInt(a), BigInt(b)];
  return left === right ? 0 : left < right ? -1 : 1;
}
