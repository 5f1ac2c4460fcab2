import { createHash } from 'node:crypto';
import { executionContext, jsonBody, type RowChange, truncated } from '../events/dataverse-message.ts';
import { claims } from '../events/envelope.ts';
import { messageColumns } from './message-columns.ts';
import type { RowEvent, RowMessage } from './row-event.ts';
import { columnList } from './rules.ts';
import { type Store, type StoredRow, tableOf } from './store.ts';
import { attributeOf, type Table } from './table.ts';

/** A message as Dataverse posts it to a queue or topic. */
export interface PostedMessage {
  /** Path of the step's service endpoint: the name of the queue. */
  readonly queue: string;
  readonly body: Buffer;
  readonly contentType: string;
  readonly messageId: string;
  readonly applicationProperties: Readonly<Record<string, string | boolean>>;
  readonly message: RowMessage;
  /** Logical name. */
  readonly table: string;
  readonly id: string;
}

/** The environment that a message names as its own. */
export interface Organization {
  readonly id: string;
  readonly name: string;
}

/** Above this Dataverse drops images and parameters (Dataverse docs, azure-integration). */
const MAX_BODY_BYTES = 192 * 1024;
const ENABLED = 0;

/** Logical names of the columns that were set. */
function targetNames(table: Table, target: StoredRow): string[] {
  const lookups = new Set(Object.values(table.lookups).map(({ column }) => column));
  return Object.keys(target).map((name) => (lookups.has(name) ? attributeOf(name) : name));
}

/**
 * Enabled steps on the message and table; on Update one whose filtering attributes are among the columns that
 * were set.
 */
function firingSteps({ rows }: Store, event: RowEvent, table: Table): StoredRow[] {
  const names = targetNames(table, event.target);
  return [...rows.sdkmessageprocessingsteps.values()].filter((step) => {
    const filter = rows.sdkmessagefilters.get(String(step._sdkmessagefilterid_value));
    const message = rows.sdkmessages.get(String(step._sdkmessageid_value));
    if (step.statecode !== ENABLED || message?.name !== event.message) return false;
    if (filter?.primaryobjecttypecode !== table.logicalName) return false;
    const filtering = columnList(step.filteringattributes);
    return filtering.length === 0 || filtering.some((name) => names.includes(name));
  });
}

/** The images of a step: by alias the columns that it selects, and the primary key. */
function imagesOf(store: Store, step: StoredRow, table: Table, { before, after }: RowEvent) {
  const own = [...store.rows.sdkmessageprocessingstepimages.values()].filter(
    (image) => image._sdkmessageprocessingstepid_value === step.sdkmessageprocessingstepid,
  );
  const read = (types: readonly unknown[], row: StoredRow | undefined) =>
    Object.fromEntries(
      own
        .filter(({ imagetype }) => row && types.includes(imagetype))
        .map(({ entityalias, attributes }) => {
          const names = columnList(attributes);
          const selected = names.length === 0 ? undefined : [...new Set([table.id, ...names])];
          return [String(entityalias), messageColumns(store, table, row ?? {}, selected)];
        }),
    );
  return { pre: read([0, 2], before), post: read([1, 2], after) };
}

function changeOf(store: Store, event: RowEvent, step: StoredRow, organization: Organization): RowChange {
  const table = tableOf(store, event.entitySet);
  const stepId = String(step.sdkmessageprocessingstepid);
  return {
    message: event.message,
    table: table.logicalName,
    id: event.id,
    target: messageColumns(store, table, event.target, targetNames(table, event.target)),
    images: imagesOf(store, step, table, event),
    primaryName: String((event.after ?? event.before)?.[table.primaryName ?? ''] ?? ''),
    ...(table.primaryName !== undefined && { primaryNameColumn: table.primaryName }),
    at: event.at,
    label: `${event.id} ${event.message} ${event.version} ${stepId}`,
    step: { table: 'sdkmessageprocessingstep', id: stepId, name: String(step.name) },
    organization,
  };
}

/** What the registered steps post about one change: a message for each step that fires. */
export function postedMessages(store: Store, event: RowEvent, organization: Organization): PostedMessage[] {
  const table = tableOf(store, event.entitySet);
  return firingSteps(store, event, table).map((step) => {
    const change = changeOf(store, event, step, organization);
    const context = executionContext(change);
    const whole = jsonBody(context);
    const isTruncated = whole.length > MAX_BODY_BYTES;
    const endpoint = store.rows.serviceendpoints.get(String(step._eventhandler_value));
    return {
      queue: String(endpoint?.path ?? ''),
      body: isTruncated ? jsonBody(truncated(change)) : whole,
      contentType: 'application/json',
      messageId: createHash('md5').update(change.label).digest('hex'),
      applicationProperties: claims(context, isTruncated),
      message: event.message,
      table: table.logicalName,
      id: event.id,
    };
  });
}
