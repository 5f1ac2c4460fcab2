import { z } from 'zod';
import { jsonPointer } from '../json.ts';
import { filterSchema } from './filter.ts';

const DEFAULT_MAX = 100;

const requestSchema = filterSchema.extend({
  max: filterSchema.shape.max.default(DEFAULT_MAX),
  /** Only says what would be replayed. */
  dryRun: z.boolean({ error: '`true` or `false`' }).default(false),
});

export type ReplayRequest = z.output<typeof requestSchema>;

/** One thing that is wrong with a request; `pointer` is a JSON pointer (RFC 6901) into its body, empty for the whole. */
export interface RequestProblem {
  readonly pointer: string;
  readonly message: string;
}

const KNOWN = Object.keys(requestSchema.shape).join(', ');

function problemsOf(issue: z.core.$ZodIssue): RequestProblem[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      pointer: jsonPointer([...issue.path, key]),
      message: `not known here; known are ${KNOWN}`,
    }));
  if (issue.path.length === 0) return [{ pointer: '', message: 'should be a JSON object' }];
  return [{ pointer: jsonPointer(issue.path), message: `should be ${issue.message}` }];
}

/** Reads the body of a replay request; an empty one means all defaults. */
export function readReplayRequest(
  body: string,
): { readonly request: ReplayRequest } | { readonly problems: readonly RequestProblem[] } {
  let json: unknown;
  try {
    json = body.trim() === '' ? {} : JSON.parse(body);
  } catch {
    return { problems: [{ pointer: '', message: 'should be JSON' }] };
  }
  const parsed = requestSchema.safeParse(json);
  if (parsed.success) return { request: parsed.data };
  return { problems: parsed.error.issues.flatMap(problemsOf) };
}
