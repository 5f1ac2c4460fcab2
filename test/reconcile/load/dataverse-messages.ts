import type { GeneratedRows } from '../../../local/dataverse/generated-rows.ts';

/** What the process of the local Dataverse is told. */
export type ToDataverse =
  | { readonly kind: 'start'; readonly rows: GeneratedRows; readonly queue: string }
  /** Changes rows of the week of `day` from now on; each change is an event in the queue. */
  | {
      readonly kind: 'beginEvents';
      readonly connectionString: string;
      readonly aSecond: number;
      readonly day: string;
    }
  | { readonly kind: 'endEvents' };

/** What it answers. */
export type FromDataverse =
  | {
      readonly kind: 'started';
      readonly url: string;
      readonly token: string;
      readonly resources: readonly string[];
      readonly projects: readonly string[];
    }
  /** All of them are in the queue. */
  | { readonly kind: 'ended'; readonly posted: number };
