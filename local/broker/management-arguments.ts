import type { Typed } from 'rhea';
import { AmqpError } from './amqp-error.ts';
import { tokenFromBytes } from './lock-token.ts';

type Arguments = ReadonlyMap<string, Typed>;

function badArgument(name: string, expected: string): AmqpError {
  return new AmqpError('com.microsoft:argument-error', `The request's "${name}" must be ${expected}.`);
}

export function numberArgument(body: Arguments, name: string): number {
  const value: unknown = body.get(name)?.value;
  if (typeof value === 'number') return value;
  throw badArgument(name, 'a number');
}

/** Undefined when the argument is absent. */
export function textArgument(body: Arguments, name: string): string | undefined {
  const value: unknown = body.get(name)?.value;
  if (value === undefined || typeof value === 'string') return value;
  throw badArgument(name, 'a string');
}

export function binaryArgument(body: Arguments, name: string): Buffer {
  const value: unknown = body.get(name)?.value;
  if (Buffer.isBuffer(value)) return value;
  throw badArgument(name, 'binary');
}

/** The items of an AMQP list or array. */
export function listArgument(body: Arguments, name: string): Typed[] {
  const value: unknown = body.get(name)?.value;
  if (Array.isArray(value)) return value as Typed[];
  throw badArgument(name, 'a list');
}

export function tokensArgument(body: Arguments): string[] {
  return listArgument(body, 'lock-tokens').map((item) => {
    const token = tokenFromBytes(item.value);
    if (token === undefined) throw badArgument('lock-tokens', 'a list of UUIDs');
    return token;
  });
}

/** Numbers beyond 2^53 arrive as bytes; no message has one, so they are looked for in vain. */
export function sequenceNumbersArgument(body: Arguments): number[] {
  return listArgument(body, 'sequence-numbers').map((item) =>
    typeof item.value === 'number' ? item.value : Number.NaN,
  );
}
