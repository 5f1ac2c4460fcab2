import type { z } from 'zod';

/** Throws an Error that names each wrong member and what it takes. */
export function readInput<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
  what: string,
): z.output<Schema> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const problems = result.error.issues.map(
    (issue) => `/${issue.path.map(String).join('/')}: ${issue.message}`,
  );
  throw new Error(`${what} of the local Dataverse: ${problems.join('; ')}`);
}
