import type { Entity } from './entity.ts';
import type { EntityReference } from './value.ts';

/** Alias of the image that the asynchronous service adds by itself: primary name and id only. */
export const AUTOMATIC_IMAGE = 'AsynchronousStepPrimaryName';

/** What the connector needs of Dataverse's `RemoteExecutionContext`. GUIDs are lower case without braces. */
export interface ExecutionContext {
  readonly messageName: string;
  /** Logical name of the table. */
  readonly primaryEntityName: string;
  /** The row: the Target's id where the context holds the zero GUID. */
  readonly primaryEntityId: string;
  readonly correlationId?: string;
  readonly requestId?: string;
  /** Id of the system job in asynchronous steps. */
  readonly operationId?: string;
  /** The environment's organization: the id that WhoAmI says too. */
  readonly organizationId?: string;
  readonly organizationName?: string;
  /** 1 for a direct call; grows when one event causes another. */
  readonly depth?: number;
  /** 10, 20, 30 or 40 (PostOperation). */
  readonly stage?: number;
  /** 0 synchronous, 1 asynchronous. */
  readonly mode?: number;
  /**
   * UTC epoch ms. Left out when the message gives it with an offset: such values were seen to be off by that
   * offset.
   */
  readonly operationCreatedOn?: number;
  /**
   * Create, Update: only the columns that were set. Delete: a reference without columns. Other messages may
   * have none.
   */
  readonly target?: Entity | EntityReference;
  /** By alias, without the automatic image. */
  readonly preImages: ReadonlyMap<string, Entity>;
  readonly postImages: ReadonlyMap<string, Entity>;
  /** Over 192 KB: Dataverse left out parameters and images. */
  readonly truncated?: true;
}
