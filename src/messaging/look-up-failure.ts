import { DataverseError } from '../dataverse/dataverse-error.ts';
import { type Failure, isUnavailable } from '../failure.ts';

/**
 * Why a row could not be read, as a failure that passes: whatever is wrong (rights, address, mapping,
 * Dataverse away), it is not the message's fault and says nothing of the row. Rethrows what is no failure of
 * Dataverse.
 */
export function lookUpFailure(error: unknown): Failure {
  if (!(error instanceof DataverseError)) throw error;
  const { failure } = error;
  return isUnavailable(failure) ? failure : { ...failure, class: 'auth' };
}
