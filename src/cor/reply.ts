import { normalizeExternalId } from '../external-id.ts';
import type { Secrets } from '../http/redact.ts';
import { isObject } from '../json.ts';
import { type CorOperation, isCorCode } from './classify.ts';
import type { CorReply } from './cor-client.ts';
import { readCorError } from './error-body.ts';
import { refusal } from './failure.ts';

/**
 * In place of a percentage, where a reply names a workspace twice with different ones: it equals nothing, so
 * it proves nothing.
 */
const CONTRADICTORY = Number.NaN;

/** A reply that names more is broken; the rest would only cost time. */
const MAX_PROBLEMS = 50;

/**
 * Reads the body of a 2xx response. `body` is parsed JSON, or the text where it is none. Never throws,
 * whatever the shape.
 */
export function readReply(
  operation: CorOperation,
  status: number,
  body: unknown,
  secrets: Secrets,
): Pick<CorReply, 'workspaces' | 'problems'> {
  const users = userCandidates(body);
  return {
    workspaces: readWorkspaces(users),
    problems: errorsIn(body, users).map((error) =>
      refusal({
        operation,
        status: ownStatus(error) ?? status,
        body: error,
        subject: subjectOf(error),
        secrets,
      }),
    ),
  };
}

/**
 * Why the body of a 2xx cannot be COR's reply to a call; `undefined` when it may be. A user, a workspace, a
 * list of complaints or an error with a code of COR's own is a reply, whatever it leaves out.
 */
export function unrecognizedIn(body: unknown): string | undefined {
  if (Array.isArray(body)) return body.some(isObject) ? undefined : 'The reply holds nothing';
  if (!isObject(body)) return 'The reply is no JSON object';
  const parts = userCandidates(body);
  if (
    parts.some((part) => 'id' in part || Array.isArray(part.workspaces) || errorList(part.errors).length > 0)
  )
    return undefined;
  if (readCorError(body).codes.some(isCorCode)) return undefined;
  return parts.some(saysItFailed)
    ? 'The reply says that it failed, without a code of COR'
    : 'The reply shows neither a user nor a workspace';
}

/** The user stands at the top level in the documented reply; COR's other v2 endpoints wrap theirs. */
function userCandidates(body: unknown): Record<string, unknown>[] {
  if (!isObject(body)) return [];
  const data = isObject(body.data) ? body.data : undefined;
  return [body, data, body.user, data?.user].filter(isObject);
}

function readWorkspaces(users: readonly Record<string, unknown>[]): Map<string, number> | undefined {
  const list = users.find((user) => Array.isArray(user.workspaces))?.workspaces;
  if (!Array.isArray(list)) return undefined;

  const percentages = new Map<string, number>();
  for (const workspace of list) {
    if (!isObject(workspace)) continue;
    // Null for a workspace that was made by hand in COR: it has no external id, so it cannot be one of ours.
    const integration = workspace.json_integrations;
    const id = isObject(integration) ? integration.origin_external_id : undefined;
    if (typeof id !== 'string') continue;
    // Attached in COR's own screens, without a number: not what we asked for, so it proves nothing.
    const percentage = readNumber(isObject(workspace.pivot) ? workspace.pivot.percentage : undefined);
    if (percentage === undefined) continue;
    const key = normalizeExternalId(id);
    const other = percentages.get(key);
    percentages.set(key, other === undefined || other === percentage ? percentage : CONTRADICTORY);
  }
  return percentages;
}

/** SQL decimals come as text from some drivers: `"12.50"`. */
function readNumber(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/**
 * The errors inside a 2xx body. COR's sibling endpoints (teams, contracts: attach users) report failures per
 * item in `errors`, or say `partial_success`; its older ones put a whole error body under a 200.
 */
function errorsIn(body: unknown, parts: readonly Record<string, unknown>[]): unknown[] {
  if (Array.isArray(body)) return body.filter(isComplaint).slice(0, MAX_PROBLEMS);
  const listed = parts.flatMap((part) => errorList(part.errors));
  if (listed.length > 0) return listed.slice(0, MAX_PROBLEMS);
  return parts.filter(saysItFailed).slice(0, 1);
}

function errorList(errors: unknown): unknown[] {
  if (Array.isArray(errors)) return errors;
  if (typeof errors === 'string' && errors !== '') return [errors];
  return isObject(errors) && Object.keys(errors).length > 0 ? [errors] : [];
}

function isComplaint(item: unknown): boolean {
  return isObject(item) && typeof item.message === 'string' && !('workspaces' in item) && !('pivot' in item);
}

function saysItFailed(part: Record<string, unknown>): boolean {
  if (typeof part.status === 'string' && /^(partial_success|error|failed|failure)$/i.test(part.status))
    return true;
  if (ownStatus(part) !== undefined) return true;
  return [part.error, part.error_code].some(
    (error) => (typeof error === 'string' && error !== '') || isObject(error),
  );
}

/** The status that the error gives itself: it says more than the 2xx around it. */
function ownStatus(error: unknown): number | undefined {
  if (!isObject(error)) return undefined;
  return [error.status, error.statusCode].find(
    (status): status is number => typeof status === 'number' && status >= 400 && status <= 599,
  );
}

function subjectOf(error: unknown): string | undefined {
  if (!isObject(error)) return undefined;
  const id = [error.workspaceId, error.workspace_id, error.id, error.user_id].find(
    (value) => typeof value === 'string' || typeof value === 'number',
  );
  return id === undefined ? undefined : String(id).slice(0, 64);
}
