import type { CallCounts, RecordedCall } from './call-log.ts';
import type { HoldPoint } from './gate.ts';
import type { NewUser, NewWorkspace } from './state.ts';
import type { CorSwitches, CorSwitchInput, InjectedFailure } from './switches.ts';

export interface CorSandboxOptions {
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** Known users and workspaces, by external id or in full. */
  readonly users?: readonly NewUser[];
  readonly workspaces?: readonly NewWorkspace[];
  readonly switches?: CorSwitchInput;
  readonly apiKey?: string;
  readonly clientSecret?: string;
}

export interface CorSandbox {
  /** `http://127.0.0.1:PORT` */
  readonly baseUrl: string;
  readonly tokenUrl: string;
  readonly port: number;
  readonly apiKey: string;
  readonly clientSecret: string;
  /** As they are now; change them with `set`. */
  readonly switches: CorSwitches;
  /** Throws an Error that names a wrong switch. */
  set(switches: CorSwitchInput): void;
  /** Percentage by workspace by user, external ids throughout. Every known user is there. */
  state(): Record<string, Record<string, number>>;
  /** External ids of the workspaces that it knows. */
  workspaceIds(): string[];
  /** The last 10 000 requests in order of arrival, token requests included. */
  readonly calls: readonly RecordedCall[];
  clearCalls(): void;
  readonly counts: CallCounts;
  addUser(user: NewUser): void;
  addWorkspace(workspace: NewWorkspace): void;
  removeUser(id: string): boolean;
  removeWorkspace(id: string): boolean;
  /**
   * The next `count` requests fail so: `failNext(2, { status: 503, retryAfter: '3' })`, `failNext(1, {
   * status: 'drop', when: 'after' })`.
   */
  failNext(count: number, failure: InjectedFailure): void;
  /** COR forgets every token it issued. */
  invalidateTokens(): void;
  /**
   * API requests stop inside the sandbox: before they take effect (default), or after that and before the
   * answer.
   */
  hold(point?: HoldPoint): void;
  /** Resolves as soon as `count` (default 1) requests are stopped. */
  held(count?: number): Promise<void>;
  release(): void;
  /**
   * Ends all connections and takes none for `downMs`, then listens on the same port: tokens are forgotten,
   * all other state is kept.
   */
  restart(downMs: number): Promise<void>;
  /** Ends all connections. */
  stop(): Promise<void>;
}
