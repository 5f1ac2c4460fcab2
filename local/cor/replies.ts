import { type Answer, json } from './error-bodies.ts';
import type { SandboxError } from './errors.ts';
import type { SandboxState, SandboxUser, SandboxWorkspace } from './state.ts';
import type { CorSwitches } from './switches.ts';

const COMPANY_ID = 1;

/** The 200 of attach and detach: the user with all workspaces it now has. */
export function userReply(
  state: SandboxState,
  user: SandboxUser,
  errors: readonly SandboxError[],
  switches: CorSwitches,
): Answer {
  const body = {
    id: user.corId,
    name: user.name,
    email: user.email,
    ...(switches.replyWorkspaces === 'none' ? {} : { workspaces: workspacesOf(state, user, switches) }),
  };
  // The sibling endpoint "attach users to contract" reports a partly refused batch this way.
  const partial = errors.length > 0 ? { status: 'partial_success', errors: errors.map(itemError) } : {};
  switch (switches.wrapper) {
    case 'plain':
      return json(200, { ...body, ...partial });
    case 'data':
      return json(200, { statusCode: 200, status: 'success', data: body, ...partial });
    case 'user':
      return json(200, { user: body, ...partial });
    case 'dataUser':
      return json(200, { statusCode: 200, status: 'success', data: { user: body, ...partial } });
  }
}

/** The 200 of creating and updating a workspace: the external id is not echoed. */
export function workspaceReply(workspace: SandboxWorkspace): Answer {
  return json(200, {
    id: workspace.corId,
    name: workspace.name,
    active: workspace.active,
    description: workspace.description,
    company_id: COMPANY_ID,
    created_at: workspace.createdAt.toISOString(),
    updated_at: new Date().toISOString(),
  });
}

export function createdUserReply(user: SandboxUser, body: Record<string, unknown>): Answer {
  const now = new Date().toISOString();
  return json(200, {
    id: user.corId,
    email: user.email,
    first_name: body.first_name,
    last_name: body.last_name,
    phone: body.phone ?? null,
    role_id: body.role_id ?? null,
    daily_hours: body.daily_hours ?? 8,
    company_id: COMPANY_ID,
    created_at: now,
    updated_at: now,
  });
}

function workspacesOf(state: SandboxState, user: SandboxUser, switches: CorSwitches): unknown[] {
  const attached = [...user.attached].map(([id, percentage]) => {
    const workspace = state.workspaces.get(id);
    return {
      ...commonFields(
        workspace?.corId ?? 0,
        workspace?.name ?? id,
        workspace?.active ?? true,
        workspace?.createdAt,
      ),
      json_integrations: {
        integration_id: 12,
        is_active: true,
        source: workspace?.source,
        destination: null,
        status: 'NOT_SEND',
        origin_external_id: id,
        destination_external_id: null,
      },
      ...pivot(workspace?.corId ?? 0, user, percentage, switches),
    };
  });
  if (!switches.handMadeWorkspace) return attached;
  const handMade = {
    ...commonFields(7, 'Made by hand', true),
    json_integrations: null,
    ...pivot(7, user, 5, switches),
  };
  return [handMade, ...attached];
}

function commonFields(id: number, name: string, active: boolean, createdAt = new Date()) {
  return { id, name, active, metadata: {}, created_at: sqlTime(createdAt), updated_at: sqlTime(new Date()) };
}

function pivot(workspaceId: number, user: SandboxUser, percentage: number, switches: CorSwitches) {
  if (switches.replyWorkspaces === 'noPivot') return {};
  const value = switches.percentageReply === 'string' ? percentage.toFixed(2) : percentage;
  return { pivot: { workspace_id: workspaceId, user_id: user.corId, percentage: value } };
}

function itemError({ code, message, id }: SandboxError) {
  return { id, error_code: code, message };
}

/** `YYYY-MM-DD HH:mm:ss`, without a zone, as the attach page shows it. */
function sqlTime(date: Date): string {
  return date.toISOString().slice(0, 19).replace('T', ' ');
}
