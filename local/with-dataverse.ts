import { loadMapping } from '../src/dynamics/mapping.ts';
import { requiredColumns } from '../src/dynamics/required-columns.ts';
import { startLocalDataverse } from './dataverse/local-dataverse.ts';
import type { LocalDataverse } from './dataverse/options.ts';
import type { PostedMessage } from './dataverse/post-event.ts';
import { createQueuePoster } from './dataverse/queue-poster.ts';
import { listSamples, type Sample } from './events/samples.ts';

/** A Dataverse whose steps post into the queues of the connectors, one for each preset. */
export interface PostingDataverse {
  readonly dataverse: LocalDataverse;
  /** What a connector needs to read it. */
  readonly settings: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

function stepsOf(preset: string) {
  const mapping = loadMapping(preset);
  return { table: mapping.table, queue: preset, ...requiredColumns(mapping) };
}

/**
 * Starts a local Dataverse with the rows of the samples. What happens to them goes to the broker, changed by
 * `alter` on its way; what that gives nothing for is not posted.
 */
export async function startPostingDataverse(
  connectionString: string,
  presets: readonly string[],
  alter: (message: PostedMessage) => PostedMessage | undefined = (message) => message,
): Promise<PostingDataverse> {
  const poster = createQueuePoster(connectionString);
  const steps = presets.map(stepsOf);
  const onMessage = (message: PostedMessage) => {
    const altered = alter(message);
    if (altered) poster.post(altered);
  };
  const dataverse = await startLocalDataverse({ rows: 'samples', steps, onMessage });
  return {
    dataverse,
    settings: { DATAVERSE_URL: dataverse.url, DATAVERSE_STATIC_TOKEN: dataverse.token },
    async close() {
      await Promise.allSettled([poster.close(), dataverse.close()]);
    },
  };
}

const INSUFFICIENT = ['MissingImage', 'TruncatedMessage'];

/** The id of the row that a sample is about. */
function rowOf({ body }: Sample): string {
  return String((JSON.parse(body.toString()) as { PrimaryEntityId?: unknown }).PrimaryEntityId);
}

/**
 * The samples that do not suffice by themselves, as they have to end where their rows can be read: `hydrated`
 * where the row is gone and the event does not say whose it was.
 */
export function samplesToRead(dataverse: LocalDataverse): Sample[] {
  const ids = new Set(
    [...dataverse.store.tables.values()].flatMap(({ logicalName, id, hasEvents }) =>
      hasEvents ? dataverse.rows(logicalName).map((row) => String(row[id])) : [],
    ),
  );
  return listSamples()
    .filter(({ ending }) => INSUFFICIENT.includes(ending))
    .map((sample) => ({
      ...sample,
      messageId: `${sample.messageId}, with Dataverse`,
      ending: ids.has(rowOf(sample)) ? 'succeeded' : 'hydrated',
    }));
}

const TABLE = 'msdyn_resourceassignment';
const HOURS = 2;

/** A row that was changed in Dynamics, and the message that its step has posted. */
interface RowChanged {
  readonly id: string;
  readonly hours: number;
  readonly messageId: string;
}

/** Changes an assignment, as a project manager does. Its step posts what happened. */
export function changeRow(dataverse: LocalDataverse): RowChanged {
  const row = dataverse
    .rows(TABLE)
    .find((one) => one.statecode === 0 && one._msdyn_bookableresourceid_value && one.msdyn_finish);
  if (!row) throw new Error(`The local Dataverse has no active row of ${TABLE}.`);
  const id = String(row[`${TABLE}id`]);
  const hours = Number(row.msdyn_effort) + HOURS;
  dataverse.update(TABLE, id, { msdyn_effort: hours });
  const messageId = dataverse.messages.at(-1)?.messageId ?? '';
  return { id, hours, messageId };
}
