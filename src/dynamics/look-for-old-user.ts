/**
 * A row whose event is lost may still stand with the user who had it before: nothing that comes later names
 * that user.
 */
export const LOOK_FOR_OLD_USER =
  'Whether another user still has the row, "./connector ledger list --verify" says.';
