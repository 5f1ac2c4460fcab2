import type { CorSandbox } from './cor-sandbox.ts';
import { type Answer, json } from './error-bodies.ts';
import type { NewUser, NewWorkspace } from './state.ts';
import type { CorSwitchInput } from './switches.ts';

/**
 * The sandbox's own endpoints, outside COR's API:
 * GET|PUT /admin/switches · GET /admin/state · GET|DELETE /admin/calls · GET /admin/counts · POST /admin/users · POST /admin/workspaces ·
 * DELETE /admin/users/{id} · DELETE /admin/workspaces/{id} · POST /admin/invalidate-tokens · POST /admin/hold `{point}` · POST /admin/release
 */
export function admin(sandbox: CorSandbox, method: string, rawPath: string, body: unknown): Answer {
  const [what = '', id] = rawPath.split('/').slice(2).map(decodeURIComponent);
  const done = json(200, { done: true });
  const missing = json(404, { message: `Nothing at ${method} /admin/${what}` });

  switch (id === undefined ? `${method} ${what}` : `${method} ${what}/{id}`) {
    case 'GET switches':
      return json(200, sandbox.switches);
    case 'PUT switches':
      try {
        sandbox.set(body as CorSwitchInput);
      } catch (error) {
        return json(400, { message: (error as Error).message });
      }
      return json(200, sandbox.switches);
    case 'GET state':
      return json(200, sandbox.state());
    case 'GET calls':
      return json(200, sandbox.calls);
    case 'DELETE calls':
      sandbox.clearCalls();
      return done;
    case 'GET counts':
      return json(200, sandbox.counts);
    case 'POST users':
    case 'POST workspaces': {
      if (!hasId(body)) return json(400, { message: 'Give an id, or an object with an id' });
      if (what === 'users') sandbox.addUser(body);
      else sandbox.addWorkspace(body);
      return done;
    }
    case 'DELETE users/{id}':
      return sandbox.removeUser(id ?? '') ? done : missing;
    case 'DELETE workspaces/{id}':
      return sandbox.removeWorkspace(id ?? '') ? done : missing;
    case 'POST invalidate-tokens':
      sandbox.invalidateTokens();
      return done;
    case 'POST hold':
      sandbox.hold(isAfter(body) ? 'after' : 'before');
      return done;
    case 'POST release':
      sandbox.release();
      return done;
    default:
      return missing;
  }
}

function hasId(body: unknown): body is NewUser & NewWorkspace {
  if (typeof body === 'string') return body !== '';
  return (
    typeof body === 'object' && body !== null && 'id' in body && typeof body.id === 'string' && body.id !== ''
  );
}

function isAfter(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'point' in body && body.point === 'after';
}
