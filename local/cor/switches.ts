import { z } from 'zod';

/** A scheduled or random failure. `drop` destroys the connection instead of answering. */
const failure = z.strictObject({
  status: z.union([z.int().min(200).max(599), z.literal('drop')]),
  /** Sent as JSON unless it is a string; without it the body is COR's usual error object. */
  body: z.unknown().optional(),
  /** The header's value as it stands. */
  retryAfter: z.string().optional(),
  /** `after`: the call has taken effect by the time it fails. */
  when: z.enum(['before', 'after']).default('before'),
  on: z.enum(['api', 'token']).default('api'),
});

/** The forms in which COR may write an error: those of its documentation, and what stands in front of it. */
export const ERROR_SHAPES = [
  'corCustomError',
  'errorCode',
  'stringStatus',
  'array417',
  'authLike',
  'resourceAllocation',
  'nested',
  'text',
  'html',
  'nullBody',
] as const;

/**
 * How the sandbox behaves where COR's documentation is silent. The defaults are the friendliest reading of
 * the documentation; a client has to work under every setting, or fail as the setting demands.
 */
const switches = z.strictObject({
  /** Does attach add to what the user has, or replace it? */
  attach: z.enum(['additive', 'replacing']).default('additive'),
  /**
   * Attach of a workspace that the user already has. `ignore` keeps the old percentage, as AdonisJS Lucid 4's
   * `attach` does.
   */
  reattach: z.enum(['update', 'ignore', 'refuse']).default('update'),
  detachNotAttached: z.enum(['ignore', 'refuse']).default('ignore'),
  /**
   * One bad workspace among several: nothing is applied · the others are, and the call is refused · the
   * others are, 200 with `errors`.
   */
  batch: z.enum(['atomic', 'partial', 'partialSuccess']).default('atomic'),
  duplicateInCall: z.enum(['lastWins', 'refuse']).default('lastWins'),
  emptyWorkspaces: z.enum(['accept', 'refuse']).default('refuse'),
  /** `integer` rounds what is stored. */
  percentagePrecision: z.enum(['decimals', 'integer']).default('decimals'),
  /** Whether replies give percentages as JSON numbers or as text with two decimals. */
  percentageReply: z.enum(['number', 'string']).default('number'),
  sumOver100: z.enum(['accept', 'refuse']).default('accept'),
  zeroPercent: z.enum(['accept', 'refuse']).default('accept'),
  inactiveWorkspace: z.enum(['accept', 'refuse']).default('accept'),
  maxWorkspaces: z.int().positive().nullable().default(null),
  /** `accept` creates users and workspaces as they are named: for load tests. */
  unknownIds: z.enum(['accept', 'refuse']).default('refuse'),
  /** Whether an external id is found only under the `metadata.source` that created it. */
  scopeBySource: z.boolean().default(false),

  errorShape: z.enum(ERROR_SHAPES).default('corCustomError'),
  /** HTTP status of every business refusal; null: each error's own. */
  errorStatus: z.int().min(400).max(599).nullable().default(null),
  unmappedStatus: z.int().min(400).max(599).default(404),
  /** `named` is UserNotFoundError or WorkspaceNotFoundError. */
  unmappedCode: z.enum(['ZC001', 'named', 'CE001']).default('ZC001'),

  /**
   * Where the reply holds the user: at the top level, or under `data`, `user`, `data.user` with COR's
   * `{statusCode,status,data}`.
   */
  wrapper: z.enum(['plain', 'data', 'user', 'dataUser']).default('plain'),
  /** `none` leaves the list of workspaces out, `noPivot` the percentages. */
  replyWorkspaces: z.enum(['full', 'noPivot', 'none']).default('full'),
  /** Every user also has a workspace made by hand in COR, whose `json_integrations` is null. */
  handMadeWorkspace: z.boolean().default(false),

  /** Before a call is applied: fixed, or drawn from a range. */
  latencyMs: z
    .union([z.number().nonnegative(), z.tuple([z.number().nonnegative(), z.number().nonnegative()])])
    .default(0),
  /** Used up from the front; each is met `count` times. */
  failNext: z.array(failure.extend({ count: z.int().positive().default(1) })).default([]),
  failRate: failure
    .extend({ rate: z.number().min(0).max(1), seed: z.int().default(1) })
    .nullable()
    .default(null),
  /** Every call about this user fails so: one person whom a firewall dislikes. */
  failUser: failure.extend({ user: z.string() }).nullable().default(null),
  /** Every connection is destroyed as soon as it asks for something. */
  down: z.boolean().default(false),
  /** Requests are read and never answered. */
  hang: z.enum(['none', 'api', 'token']).default('none'),
  rateLimit: z
    .strictObject({
      perSecond: z.number().positive(),
      retryAfter: z.enum(['seconds', 'date', 'none']).default('seconds'),
    })
    .nullable()
    .default(null),

  expiresInSeconds: z.number().positive().nullable().default(3600),
  refuseCredentials: z
    .union([z.literal(400), z.literal(401), z.literal(403)])
    .nullable()
    .default(null),
  /** Every API call is answered 403: the key's user lacks the right. */
  forbid: z.boolean().default(false),
});

export type CorSwitches = z.output<typeof switches>;
export type CorSwitchInput = z.input<typeof switches>;
export type InjectedFailure = z.input<typeof failure>;

/** Throws an Error that names each wrong switch and what it takes. */
export function readSwitches(input: unknown): CorSwitches {
  const result = switches.safeParse(input);
  if (result.success) return result.data;
  const problems = result.error.issues.map(
    (issue) => `/${issue.path.map(String).join('/')}: ${issue.message}`,
  );
  throw new Error(`COR sandbox switches: ${problems.join('; ')}`);
}
