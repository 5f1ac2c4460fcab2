import { type DeadLetter, deadLetter } from '../dead-letter.ts';
import type { Mapping } from './mapping.ts';
import { requiredColumns } from './required-columns.ts';

export type HandledMessage = 'Create' | 'Update' | 'Delete';

/** Says which image a step was registered without, or with too few columns, and how to register it. */
export function missingImage(
  message: HandledMessage,
  which: 'pre' | 'post',
  mapping: Mapping,
  problem = 'is missing',
): DeadLetter {
  const alias = mapping.images[which];
  const required = requiredColumns(mapping);
  const columns = which === 'pre' ? required.preImage : required.postImage;
  const title = which === 'pre' ? 'Pre' : 'Post';
  return deadLetter(
    'MissingImage',
    `${message} of ${mapping.table}: the ${which} image "${alias}" ${problem}. In the Plug-in Registration tool select the ` +
      `${message} step > Register New Image > ${title} Image, alias ${alias}, columns (those that the table has): ` +
      `${columns.join(', ')}. Then change the row once more.`,
  );
}
