import { z } from 'zod';
import { readInput } from './read-input.ts';

const throttle = z.strictObject({
  /** What is counted (Dataverse docs, api-limits): each has a code of its own. */
  limit: z.enum(['requests', 'executionTime', 'concurrent']),
  /** Requests in a window, milliseconds of work in a window, or requests at one time. */
  most: z.int().nonnegative(),
  windowMs: z.int().positive().default(300_000),
  /**
   * Value of the header `Retry-After`; by default the seconds until the window has room. `none`: the header
   * is missing.
   */
  retryAfter: z.string().optional(),
});

/**
 * How the local Dataverse behaves: what the documentation leaves open, and what can be wrong with an
 * environment.
 */
const switches = z.strictObject({
  /** State of a step that was just made. */
  newSteps: z.enum(['enabled', 'disabled']).default('enabled'),
  /** Whether comma-separated columns of steps and images come back as they were given. */
  lists: z.enum(['asGiven', 'sorted']).default('asGiven'),
  /**
   * What TriggerServiceEndpointCheck does: refuses at once, or starts a system job that succeeds, fails,
   * waits for its next try, never ends, cannot be found, or may not be read.
   */
  endpointCheck: z
    .enum(['refuses', 'succeeds', 'fails', 'waits', 'neverEnds', 'hasNoJob', 'hidesJob'])
    .default('succeeds'),
  /** Whether a PATCH of an image has to name its step. */
  imageUpdates: z.enum(['asTheyAre', 'withStep']).default('asTheyAre'),

  /** The user that the token stands for. `barred`: the environment lets this application in no more. */
  applicationUser: z.enum(['enabled', 'disabled', 'missing', 'barred']).default('enabled'),
  /** Seen both ways. */
  disabledUserStatus: z.union([z.literal(403), z.literal(400)]).default(403),
  /** Only administrators get in, and the token's user is none. */
  administrationMode: z.boolean().default(false),
  /** Body of a refusal whose body nobody has described: administration mode, a refused token. */
  undocumentedBody: z.enum(['empty', 'json', 'html']).default('empty'),
  /** Names such as `prvReadUser`: a table that needs one of them cannot be read, expanded or written. */
  missingPrivileges: z.array(z.string()).default([]),
  /** Ids of rows that the user may not read: lists leave them out. */
  hiddenRows: z.array(z.string()).default([]),
  throttle: throttle.nullable().default(null),
  /** Columns that column-level security hides from the user: `systemuser.employeeid`. */
  securedColumns: z.array(z.string()).default([]),
  /** How they read then. */
  securedRead: z.enum(['null', 'absent']).default('null'),
  /** How long every request of the Web API takes at least. */
  latencyMs: z.int().nonnegative().default(0),

  /** Code of a 400 for a column that is not there. */
  unknownColumnCode: z.enum(['0x80060888', '0x0']).default('0x80060888'),
  /** Code of a 404 for a row that is not there; decide by the status. */
  missingRowCode: z.enum(['0x80040217', '']).default('0x80040217'),
  /** In which order GUIDs come: as SQL Server compares them, or as text. */
  guidOrder: z.enum(['sql', 'text']).default('sql'),
  /**
   * Whether annotations and `@odata.nextLink` name this server, or another one: nobody should send a token
   * there.
   */
  nextLinkOrigin: z.url().nullable().default(null),

  /** What a change of `statecode` fires: Update, the legacy SetState, or both. */
  stateChange: z.enum(['Update', 'SetState', 'both']).default('Update'),
  /** Whether an update of state and other columns in one request fires once, or once for each part. */
  mixedUpdate: z.enum(['once', 'twice']).default('once'),
  /** What the restoring of a deleted row fires. */
  restoreFires: z.enum(['Restore', 'Create', 'both', 'nothing']).default('Restore'),
  /** Whether a restored row gets a version of its own, or has the one that it was deleted with. */
  restoredVersion: z.enum(['new', 'asDeleted']).default('new'),
});

export type Switches = z.output<typeof switches>;
export type SwitchInput = z.input<typeof switches>;

/** Throws an Error that names each wrong switch and what it takes. */
export const readSwitches = (input: unknown): Switches => readInput(switches, input, 'Switches');
