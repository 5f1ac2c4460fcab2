/**
 * Messages that change rows of our table without saying which columns each of them has now: bulk messages,
 * and Upsert. Dataverse runs the steps on Create, Update and Delete for each of their rows (powerapps-docs,
 * write-plugin-multiple-operation), so these serve.
 */
const STEP_TO_REGISTER: Readonly<Record<string, string>> = {
  CreateMultiple: 'Create',
  UpdateMultiple: 'Update',
  UpsertMultiple: 'Create and Update',
  Upsert: 'Create and Update',
  DeleteMultiple: 'Delete',
};

export const isUnreadMessage = (message: string): boolean => Object.hasOwn(STEP_TO_REGISTER, message);

/** What to do about a step on such a message; `undefined` for other messages. */
export function unreadMessageAdvice(message: string, table: string): string | undefined {
  const steps = isUnreadMessage(message) ? STEP_TO_REGISTER[message] : undefined;
  if (steps === undefined) return undefined;
  return `${message} says nothing of single rows. Register the step on ${steps} of ${table} instead ("./connector dataverse register"): Dataverse runs it for each row.`;
}
