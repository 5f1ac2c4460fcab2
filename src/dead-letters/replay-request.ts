import { z } from 'zod';
import { jsonPointer } from '../json.ts';
import { parseAs } from '../parse-as.ts';
import { filterSchema } from './filter.ts';

const DEFAULT_MAX = 100;

const requestSchema = filterSchema.extend({
  max: filterSchema.shape.max.default(DEFAULT_MAX),
  /** Said in place of a filter: whatever waits there. */
  all: z.literal(true, { error: '`true`' }).optional(),
  /** Only says what would be replayed. */
  dryRun: z.boolean({ error: '`true` or `false`' }).default(false),
});

type ReplayRequest = Omit<z.output<typeof requestSchema>, 'all'>;

/**
 * One thing that is wrong with a request; `pointer` is a JSON pointer (RFC 6901) into its body, empty for the
 * whole.
 */
interface RequestProblem {
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

type ReadRequest = { readonly request: ReplayRequest } | { readonly problems: readonly RequestProblem[] };

function narrowed({ all, ...request }: z.output<typeof requestSchema>): ReadRequest {
  const { max: _, dryRun: __, ...filter } = request;
  const isNarrow = Object.values(filter).some((value) => value !== undefined);
  if (!all && !isNarrow) return { problems: [{ pointer: '', message: WHICH }] };
  if (all && isNarrow) return { problems: [{ pointer: '/all', message: 'does not go with a filter' }] };
  return { request };
}

const WHICH = 'should say which dead letters: {"reason": "CorValidation"}, another filter, or {"all": true}';

/**
 * Reads the body of a replay request. It has to say which ones are meant: a host that drops the body of a
 * chunked request would turn a dry run into a replay of everything.
 */
export function readReplayRequest(body: string): ReadRequest {
  let json: unknown;
  try {
    if (body.trim() === '') return { problems: [{ pointer: '', message: WHICH }] };
    json = JSON.parse(body);
  } catch {
    return { problems: [{ pointer: '', message: 'should be JSON' }] };
  }
  const parsed = parseAs(requestSchema, json);
  if (parsed.success) return narrowed(parsed.data);
  return { problems: parsed.error.issues.flatMap(problemsOf) };
}
