import type { CorFailureClass } from './cor-client.ts';
import type { CorError } from './error-body.ts';

/** In place of a code, for an answer that cannot be COR's own. */
export const UNRECOGNIZED_ANSWER = 'UNRECOGNIZED_ANSWER';

export type CorOperation = 'attach' | 'detach' | 'createWorkspace';

/** A class, and the code of the body that decided it or, where none did, the most specific one. */
export interface Classification {
  readonly class: CorFailureClass;
  readonly code: string | undefined;
}

/**
 * The kind of a failure, from HTTP status and body together: COR documents no status for any of its codes,
 * and business refusals arrive as 400, 417 and 500 alike. `status` is the HTTP status; an error inside a 2xx
 * body passes that one.
 */
export function classify(operation: CorOperation, status: number, error: CorError): Classification {
  // A refused token says nothing about the request, whatever the body names.
  if (status === 401) return { class: 'auth', code: error.codes[0] };

  // The server did not look at the request (408, 425: sent too slowly or too early; 429: too many), so no
  // body code counts.
  if (status === 408 || status === 425 || status === 429) return { class: 'transient', code: error.codes[0] };

  // A code that COR documents outweighs the status: the same call would meet it again, even behind a 500 or a
  // 403.
  for (const code of error.codes) {
    const known = classOfCode(operation, code, error);
    if (known) return { class: known, code };
  }
  const code = error.codes[0];

  // The key's user lacks the right, or a firewall stands in front.
  if (status === 403) return { class: 'auth', code };

  // Includes unknown domain codes (`CTR001`, `EH001` are seen with 500): some are crashes, and retries are
  // bounded.
  if (status >= 500) return { class: 'transient', code };

  // The validator's `exists` rule on a user or workspace is COR's "no such row", not a malformed request.
  if (error.fields.some(({ field, rule }) => rule === 'exists' && /user|workspace/i.test(field))) {
    return { class: 'unmapped', code };
  }
  // Validator complaints, with or without the 417 that COR gives them.
  if (error.fields.length > 0) return { class: 'validation', code };

  // COR's status for failed validation (417) and HTTP's own (422), where no domain code makes it a business
  // refusal.
  if ((status === 417 || status === 422) && !code && error.isStructured) return { class: 'validation', code };

  // A business refusal, or an entry in the reply to a call that was carried out: a human has to look.
  const own = error.codes.find(isCorCode);
  if (own !== undefined || status < 300) return { class: 'rejected', code: own ?? code };

  // No word of COR's own: a proxy, a firewall, a page in COR's place. It says nothing about the message.
  return { class: 'transient', code: code ?? UNRECOGNIZED_ANSWER };
}

/**
 * Codes as COR's documentation has them. The framework's own (`E_ROUTE_NOT_FOUND`) says that the call did not
 * get to COR's code.
 */
export function isCorCode(code: string): boolean {
  return (
    /^[A-Z]{2,4}\d{2,4}$/.test(code) ||
    /^[A-Z][A-Za-z]{2,60}(Error|Exception|Entity)$/.test(code) ||
    /^(?!E_)[A-Z]+(_[A-Z]+)+$/.test(code)
  );
}

function classOfCode(operation: CorOperation, code: string, error: CorError): CorFailureClass | undefined {
  // ZC001 is "not associated" on most pages and "required validation failed" on one.
  if (code === 'ZC001') return speaksOfValidation(error) ? 'validation' : 'unmapped';

  // CE001 "not found in associations"; ZC002 "not found in mappings".
  if (code === 'CE001' || code === 'ZC002') return 'unmapped';
  if (code === 'UserNotFoundError' || code === 'WorkspaceNotFoundError') return 'unmapped';

  if (code === 'ValidationError' || code === 'InvalidSourceError') return 'validation';
  // COR's 422 name (`UnprocessableEntity`), with and without the usual suffixes.
  if (/^UnprocessableEntity(Error|Exception)?$/.test(code)) return 'validation';

  // ZC004 is "association already exists": which one depends on what was asked.
  if (operation === 'attach' && code === 'ZC004') return 'alreadyAttached';
  if (
    operation === 'attach' &&
    (code === 'AlreadyAttachedError' || code === 'UT011' || code === 'ALREADY_ASSIGNED')
  ) {
    return 'alreadyAttached';
  }
  if (operation === 'detach' && code === 'NotAttachedError') return 'notAttached';
  if (operation === 'createWorkspace' && (code === 'ZC004' || code === 'DuplicateExternalIdError'))
    return 'duplicate';

  return undefined;
}

/**
 * Talk of a missing association wins over a field list: a validator may name the field that holds the unknown
 * id.
 */
function speaksOfValidation(error: CorError): boolean {
  if (/associat|mapp|not found|does not exist/i.test(error.message)) return false;
  return (
    error.fields.some(({ rule }) => rule !== 'exists') ||
    /required|validation failed|invalid/i.test(error.message)
  );
}
