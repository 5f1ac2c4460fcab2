import { z } from 'zod';

type Path = readonly (string | number)[];

/** Where something stands whose `length` is an object: no text, no list, and no number to compare. */
function oddLength(value: unknown, path: Path = []): Path | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [name, member] of Object.entries(value)) {
    const at = [...path, Array.isArray(value) ? Number(name) : name];
    const found =
      name === 'length' && typeof member === 'object' && member !== null ? at : oddLength(member, at);
    if (found) return found;
  }
  return undefined;
}

type Parsed<Value> =
  | { readonly success: true; readonly data: Value }
  | { readonly success: false; readonly error: z.ZodError };

/**
 * Checks what came from outside, and never throws: the length checks of zod 4.6 look at whatever has a
 * `length`, also where a text was wanted and something else is there, and `{"length": {"toString": null}}`
 * cannot be compared with a number.
 */
export function parseAs<Schema extends z.ZodType>(schema: Schema, value: unknown): Parsed<z.output<Schema>> {
  try {
    const { success, data, error } = schema.safeParse(value);
    return success ? { success, data } : { success, error };
  } catch (error) {
    const path = oddLength(value);
    if (!path) throw error;
    const message = 'a length that is no number';
    return { success: false, error: new z.ZodError([{ code: 'custom', path: [...path], message }]) };
  }
}
