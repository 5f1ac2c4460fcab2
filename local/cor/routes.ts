import { attach, detach } from './attach-detach.ts';
import { type Answer, json } from './error-bodies.ts';
import { conflict, Refusal, validation } from './errors.ts';
import { createdUserReply, userReply, workspaceReply } from './replies.ts';
import type { SandboxState } from './state.ts';
import type { CorSwitches } from './switches.ts';

export type Operation =
  | 'token'
  | 'attach'
  | 'detach'
  | 'createWorkspace'
  | 'updateWorkspace'
  | 'createUser'
  | 'unknown';

export interface Route {
  readonly operation: Operation;
  /** The external id in the path, decoded. */
  readonly id: string;
}

/** `metadata.source` values that COR documents. */
const SOURCES = new Set(
  'JIRA SALESFORCE ADVERTMIND QUICKBOOKS ZAPIER OKTA MICROSOFT_DYNAMICS GITHUB MICROSOFT_TEAMS VBS SAP GLOBANT'.split(
    ' ',
  ),
);

/**
 * Finds the route of a raw request path. Segments are decoded one by one and never normalised: a client that
 * fails to encode `..` or `/` in an id gets another route, as it would at COR.
 */
export function matchRoute(method: string, rawPath: string): Route {
  const unknown: Route = { operation: 'unknown', id: '' };
  const segments = decodeSegments(rawPath);
  if (!segments) return unknown;
  const [version, area, kind, id, action, ...rest] = segments;
  if (rest.length > 0) return unknown;
  if (method === 'POST' && rawPath === '/v1/oauth/token') return { operation: 'token', id: '' };
  if (version !== 'v2' || area !== 'integrations' || id === '') return unknown;

  if (method === 'POST' && id === undefined) {
    if (kind === 'workspaces') return { operation: 'createWorkspace', id: '' };
    if (kind === 'users') return { operation: 'createUser', id: '' };
  }
  if (method === 'PUT' && id !== undefined) {
    if (kind === 'users' && (action === 'attach' || action === 'detach')) return { operation: action, id };
    if (kind === 'workspaces' && action === undefined) return { operation: 'updateWorkspace', id };
  }
  return unknown;
}

function decodeSegments(rawPath: string): string[] | undefined {
  try {
    return rawPath.split('/').slice(1).map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

export const NO_SUCH_ROUTE = json(404, {
  status: 404,
  name: 'HttpException',
  code: 'E_ROUTE_NOT_FOUND',
  message: 'E_ROUTE_NOT_FOUND: no such route',
});

/** Carries the call out. Throws a Refusal for everything that COR would not accept. */
export function applyRoute(
  { operation, id }: Route,
  body: unknown,
  state: SandboxState,
  switches: CorSwitches,
): Answer {
  if (operation === 'unknown' || operation === 'token') return NO_SUCH_ROUTE;
  const request = requireObject(body, 'body');
  const source = readSource(request);
  switch (operation) {
    case 'attach': {
      const shares = readWorkspaces(request, switches).map((item, index) => readShare(item, index, switches));
      refuseDuplicates(
        shares.map((share) => share.workspaceId),
        switches,
      );
      const { user, errors } = attach(state, id, shares, source, switches);
      return userReply(state, user, errors, switches);
    }
    case 'detach': {
      const ids = readWorkspaces(request, switches).map((item, index) =>
        requireText(item, `workspaces.${index}`),
      );
      refuseDuplicates(ids, switches);
      const { user, errors } = detach(state, id, ids, source, switches);
      return userReply(state, user, errors, switches);
    }
    case 'createWorkspace': {
      const externalId = requireText(request.id, 'id');
      const name = requireText(request.name, 'name');
      if (state.workspaces.has(externalId)) {
        throw new Refusal(
          conflict('DuplicateExternalIdError', 'id', `Workspace "${externalId}" already exists`, externalId),
        );
      }
      const active = request.active !== false;
      const description = typeof request.description === 'string' ? { description: request.description } : {};
      return workspaceReply(state.addWorkspace({ id: externalId, name, active, source, ...description }));
    }
    case 'updateWorkspace': {
      const workspace = state.findWorkspace(id, source, switches);
      if (request.name !== undefined) workspace.name = requireText(request.name, 'name');
      if (typeof request.active === 'boolean') workspace.active = request.active;
      if (typeof request.description === 'string') workspace.description = request.description;
      return workspaceReply(workspace);
    }
    case 'createUser': {
      const [externalId, email, first, last] = ['id', 'email', 'first_name', 'last_name'].map((field) =>
        requireText(request[field], field),
      ) as [string, string, string, string];
      if (state.users.has(externalId)) {
        throw new Refusal(
          conflict('DuplicateExternalIdError', 'id', `User "${externalId}" already exists`, externalId),
        );
      }
      if ([...state.users.values()].some((user) => user.email === email)) {
        throw new Refusal(
          conflict('DuplicateEmailError', 'email', 'A user with this e-mail address exists', externalId),
        );
      }
      return createdUserReply(
        state.addUser({ id: externalId, email, name: `${first} ${last}`, source }),
        request,
      );
    }
  }
}

function readSource(request: Record<string, unknown>): string {
  const { source } = requireObject(request.metadata, 'metadata');
  const text = requireText(source, 'metadata.source');
  if (!SOURCES.has(text)) {
    const message = `"${text}" is no supported source`;
    throw new Refusal({
      status: 400,
      code: 'InvalidSourceError',
      field: 'metadata.source',
      rule: 'in',
      message,
    });
  }
  return text;
}

function readWorkspaces(request: Record<string, unknown>, switches: CorSwitches): unknown[] {
  const { workspaces } = request;
  if (!Array.isArray(workspaces)) refuse('workspaces', 'array', 'workspaces must be an array');
  if (workspaces.length === 0 && switches.emptyWorkspaces === 'refuse') {
    refuse('workspaces', 'required', 'workspaces must not be empty');
  }
  if (switches.maxWorkspaces !== null && workspaces.length > switches.maxWorkspaces) {
    refuse('workspaces', 'max', `workspaces must have at most ${switches.maxWorkspaces} items`);
  }
  return workspaces;
}

function readShare(
  item: unknown,
  index: number,
  switches: CorSwitches,
): { workspaceId: string; percentage: number } {
  const share = requireObject(item, `workspaces.${index}`);
  const workspaceId = requireText(share.workspaceId, `workspaces.${index}.workspaceId`);
  const { percentage } = share;
  const field = `workspaces.${index}.percentage`;
  // COR documents no range; a share below 0 or above 100 would be the client's mistake in any case.
  if (typeof percentage !== 'number' || percentage < 0 || percentage > 100) {
    refuse(field, 'range', `${field} must be a number from 0 to 100`);
  }
  if (percentage === 0 && switches.zeroPercent === 'refuse')
    refuse(field, 'above', `${field} must be above 0`);
  return { workspaceId, percentage };
}

function refuseDuplicates(ids: readonly string[], switches: CorSwitches): void {
  if (switches.duplicateInCall === 'refuse' && new Set(ids).size < ids.length) {
    refuse('workspaces', 'distinct', 'workspaces names a workspace twice');
  }
}

function requireObject(value: unknown, field: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    refuse(field, 'object', `${field} must be an object`);
  return value as Record<string, unknown>;
}

function requireText(value: unknown, field: string): string {
  if (typeof value !== 'string' || value === '')
    refuse(field, 'required', `${field} must be a non-empty string`);
  return value;
}

function refuse(field: string, rule: string, message: string): never {
  throw new Refusal(validation(field, rule, message));
}
