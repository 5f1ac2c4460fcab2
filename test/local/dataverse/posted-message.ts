import type { LocalDataverseOptions } from '../../../local/dataverse/options.ts';
import type { PostedMessage } from '../../../local/dataverse/post-event.ts';
import { guidOf } from '../../../local/events/cast.ts';
import { decode } from '../../../src/dynamics/decode.ts';
import { loadMapping } from '../../../src/dynamics/mapping.ts';
import { requiredColumns } from '../../../src/dynamics/required-columns.ts';
import { translate } from '../../../src/dynamics/translate.ts';
import { type Open, openDataverse } from './open-dataverse.ts';

export const TABLE = 'msdyn_resourceassignment';
export const SET = 'msdyn_resourceassignments';
export const PIERS = guidOf(`${TABLE} row Survey the piers`);
const mapping = loadMapping('resource-assignment');

export const STEPS = { table: TABLE, queue: 'assignments', ...requiredColumns(mapping) };

/** Has the rows of the samples, and the steps of the preset. */
export const openWithSteps = (options: LocalDataverseOptions = {}) =>
  openDataverse({ steps: [STEPS], ...options });

/** What the connector understands of a message. */
export function understood({ body, contentType, applicationProperties }: PostedMessage) {
  const decoded = decode(body, { contentType, applicationProperties });
  return decoded.outcome === 'decoded' ? translate(decoded.context, mapping) : decoded;
}

export const contextOf = ({ body }: PostedMessage) => JSON.parse(body.toString());

export interface Attribute {
  readonly key: string;
  readonly value: unknown;
}
interface Image {
  readonly key: string;
  readonly value: { readonly Attributes: readonly Attribute[] };
}

/** The columns of an image, by its alias. */
export function imageOf(
  message: PostedMessage,
  which: 'PreEntityImages' | 'PostEntityImages',
  alias: string,
) {
  const images: Image[] = contextOf(message)[which];
  const image = images.find(({ key }) => key === alias);
  return image && Object.fromEntries(image.value.Attributes.map(({ key, value }) => [key, value]));
}

export const lastMessage = ({ messages }: Open): PostedMessage => {
  const message = messages.at(-1);
  if (!message) throw new Error('Nothing was posted.');
  return message;
};

export const readRow = async ({ get }: Open, id = PIERS) =>
  (await get(`${SET}(${id})?$select=versionnumber,modifiedon,msdyn_effort,statecode`)).body;
