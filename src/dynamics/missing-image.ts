import { type DeadLetter, deadLetter } from '../dead-letter-reason.ts';
import { LOOK_FOR_OLD_USER } from './look-for-old-user.ts';
import { requiredColumns } from './required-columns.ts';
import { eventName, type RowEvent } from './row-event.ts';

export type HandledMessage = 'Create' | 'Update' | 'Delete';

const AFTERWARDS: Record<HandledMessage, string> = {
  Create: 'Then change the row once more.',
  Update: `Then change the row once more. ${LOOK_FOR_OLD_USER}`,
  Delete:
    'The deleted row is not posted again: send this event once more with the image added by hand (docs/runbook.md, each reason). ' +
    LOOK_FOR_OLD_USER,
};

/** Says which image a step was registered without, or with too few columns, and how to register it. */
export function missingImage(
  event: RowEvent,
  message: HandledMessage,
  { which, problem }: { readonly which: 'pre' | 'post'; readonly problem: string },
): DeadLetter {
  const { mapping } = event;
  const alias = mapping.images[which];
  const required = requiredColumns(mapping);
  const columns = which === 'pre' ? required.preImage : required.postImage;
  const title = which === 'pre' ? 'Pre' : 'Post';
  return deadLetter(
    'MissingImage',
    `${eventName(event)}: the ${which} image "${alias}" ${problem}. In the Plug-in Registration tool select the ` +
      `${message} step > Register New Image > ${title} Image, alias ${alias}, columns (those that the table has): ` +
      `${columns.join(', ')}. ${AFTERWARDS[message]}`,
  );
}

/** A Restore says too little, whatever images it has: Dataverse may have given the columns other values. */
export function restoredRow(event: RowEvent): DeadLetter {
  return deadLetter(
    'MissingImage',
    `${eventName(event)}: the deleted row lives again under its id, and no image of a Restore says what it holds. Change any column of ` +
      'the row once more (saving the same value is enough): the Update says all.',
  );
}

export function truncatedEvent(event: RowEvent): DeadLetter {
  return deadLetter(
    'TruncatedMessage',
    `${eventName(event)}: the event was over 192 KB, so Dataverse left out its parameters and images. Select only the needed columns for ` +
      'the images of the step, never long ones such as msdyn_plannedwork, and only needed filtering attributes; then change the row once more. ' +
      LOOK_FOR_OLD_USER,
  );
}
