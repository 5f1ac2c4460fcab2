import type { WriteOptions } from './data-rows.ts';
import type { Fault } from './faults.ts';
import type { GeneratedRows } from './generated-rows.ts';
import type { Organization, PostedMessage } from './post-event.ts';
import type { Steps } from './register-steps.ts';
import type { Customizing, Store, StoredRow } from './store.ts';
import type { SwitchInput } from './switches.ts';

/** A request that came in; the token is not kept. */
interface SeenRequest {
  readonly method: string;
  /** Decoded, below `/api/data/v9.2/`. */
  readonly path: string;
  readonly body: unknown;
  readonly solution: string | undefined;
  readonly prefer: string | undefined;
}

export interface LocalDataverseOptions extends Customizing {
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** The one bearer token that is accepted. */
  readonly token?: string;
  /** Or whether this one is. */
  readonly acceptsToken?: (token: string) => boolean;
  readonly switches?: SwitchInput;
  /** Unique names of the solutions that are there. */
  readonly solutions?: readonly string[];
  /**
   * Rows to begin with: those of the sample events at the end of their story, or as many made-up assignments
   * as a load test needs.
   */
  readonly rows?: 'samples' | GeneratedRows;
  /** Steps that are registered from the start, as `./connector dataverse register` would. */
  readonly steps?: readonly Steps[];
  /** What `WhoAmI` and the messages name. Default: the organization of the sample events. */
  readonly organization?: Organization;
  /** Hears of each message that a step posts, after the row has changed. */
  readonly onMessage?: (message: PostedMessage) => void;
  /**
   * Called, and waited for, before each request of the Web API is answered: the place to change rows between
   * two pages.
   */
  readonly onRequest?: (request: SeenRequest) => void | Promise<void>;
  /** Milliseconds. Default: the system's clock. */
  readonly now?: () => number;
}

/** Columns by logical name, a lookup as the id of the row. */
type Columns = Readonly<Record<string, unknown>>;

/** Tables by logical name. The methods throw `Refusal`, as the Web API would refuse. */
export interface LocalDataverse {
  /** `http://127.0.0.1:PORT`; the Web API is below `/api/data/v9.2/`. */
  readonly url: string;
  /** See admin.ts. */
  readonly adminUrl: string;
  readonly token: string;
  readonly store: Store;
  readonly requests: SeenRequest[];
  /** Met by the requests that come, one by one; may be added to. */
  readonly faults: Fault[];
  /** The last 10,000 that steps have posted, in order. */
  readonly messages: readonly PostedMessage[];
  /** Throws an Error that names a wrong switch. */
  set(switches: SwitchInput): void;
  /** From now on another token is accepted: the old one has ended. */
  setToken(token: string): void;
  registerSteps(steps: Steps): void;
  rows(table: string): StoredRow[];
  row(table: string, id: string): StoredRow;
  /** Gives the id; it can be set as the primary key among the columns. */
  create(table: string, columns: Columns, options?: WriteOptions): string;
  update(table: string, id: string, columns: Columns, options?: WriteOptions): StoredRow;
  delete(table: string, id: string, options?: WriteOptions): void;
  restore(table: string, id: string, columns?: Columns, options?: WriteOptions): StoredRow;
  close(): Promise<void>;
}
