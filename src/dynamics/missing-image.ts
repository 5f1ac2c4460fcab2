import { type DeadLetter, deadLetter } from '../dead-letter-reason.ts';
import type { Mapping } from './mapping.ts';
import { requiredColumns } from './required-columns.ts';

export type HandledMessage = 'Create' | 'Update' | 'Delete';

const AFTERWARDS: Record<HandledMessage, string> = {
  Create: 'Then change the row once more.',
  Update: 'Then change the row once more.',
  Delete:
    'The deleted row is not posted again: send this event once more with the image added by hand (docs/runbook.md, each reason).',
};

/** Says which image a step was registered without, or with too few columns, and how to register it. */
export function missingImage(
  message: HandledMessage,
  which: 'pre' | 'post',
  { mapping, record, problem = 'is missing' }: { mapping: Mapping; record: string; problem?: string },
): DeadLetter {
  const alias = mapping.images[which];
  const required = requiredColumns(mapping);
  const columns = which === 'pre' ? required.preImage : required.postImage;
  const title = which === 'pre' ? 'Pre' : 'Post';
  return deadLetter(
    'MissingImage',
    `${message} of ${mapping.table} ${record}: the ${which} image "${alias}" ${problem}. In the Plug-in Registration tool select the ` +
      `${message} step > Register New Image > ${title} Image, alias ${alias}, columns (those that the table has): ` +
      `${columns.join(', ')}. ${AFTERWARDS[message]}`,
  );
}
