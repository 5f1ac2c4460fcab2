import { z } from 'zod';

// Every `error` says what should stand there; `mappingProblems` adds where, and what was found.

export const between = (min: number, max: number) => {
  const error = `a number from ${min} to ${max}`;
  return z.number({ error }).min(min, { error }).max(max, { error });
};

export const wholeBetween = (min: number, max: number) => {
  const error = `a whole number from ${min} to ${max}`;
  return z.int({ error }).min(min, { error }).max(max, { error });
};

/** An object that names its members when it is given others. */
export function members<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  const names = Object.keys(shape).join(', ');
  return z.strictObject(shape, {
    error: ({ code }) => (code === 'unrecognized_keys' ? `one of ${names}` : `an object with ${names}`),
  });
}

export const COLUMN = 'the logical name of a column (lower-case letters, digits and _)';
export const column = z.string({ error: COLUMN }).regex(/^[a-z][a-z0-9_]{0,127}$/, { error: COLUMN });

const COLUMNS = `${COLUMN}, or a list of such names`;
/** One column or alternatives: products and versions name the same thing differently. */
export const columns = z
  .union([column.transform((one) => [one]), z.array(column).min(1, { error: COLUMNS })], { error: COLUMNS })
  .readonly();

const OPTIONS = 'a list of whole numbers, the values of the choice';
/**
 * Values of a choice column. Its labels are in the language of whoever saved the row, so they are not
 * offered.
 */
export const choiceValues = z
  .array(z.int({ error: 'a whole number, a value of the choice' }), { error: OPTIONS })
  .min(1, { error: OPTIONS })
  .readonly();
