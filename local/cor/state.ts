import { Refusal, unmapped } from './errors.ts';
import type { CorSwitches } from './switches.ts';

export interface SandboxUser {
  readonly id: string;
  readonly corId: number;
  readonly name: string;
  readonly email: string;
  readonly source: string;
  /** Percentage by workspace external id, in the order of attaching. */
  readonly attached: Map<string, number>;
}

export interface SandboxWorkspace {
  readonly id: string;
  readonly corId: number;
  name: string;
  active: boolean;
  description: string | null;
  readonly source: string;
  readonly createdAt: Date;
}

export type NewUser = string | { id: string; name?: string; email?: string; source?: string };
export type NewWorkspace =
  | string
  | { id: string; name?: string; active?: boolean; description?: string; source?: string };

/** What COR holds: users, workspaces, and a percentage for each pair of them. */
export interface SandboxState {
  readonly users: Map<string, SandboxUser>;
  readonly workspaces: Map<string, SandboxWorkspace>;
  addUser(user: NewUser): SandboxUser;
  addWorkspace(workspace: NewWorkspace): SandboxWorkspace;
  /** False when there was none. Takes the workspace away from its users as well. */
  removeWorkspace(id: string): boolean;
  findUser(id: string, source: string, switches: CorSwitches): SandboxUser;
  findWorkspace(id: string, source: string, switches: CorSwitches): SandboxWorkspace;
}

const DEFAULT_SOURCE = 'MICROSOFT_DYNAMICS';

export function createState(): SandboxState {
  const users = new Map<string, SandboxUser>();
  const workspaces = new Map<string, SandboxWorkspace>();
  // COR's own ids are integers; they differ from the external ids on purpose.
  let nextId = 1000;

  const state: SandboxState = {
    users,
    workspaces,
    addUser(given) {
      const user = typeof given === 'string' ? { id: given } : given;
      const corId = nextId++;
      const added: SandboxUser = {
        id: user.id,
        corId,
        name: user.name ?? `User ${corId}`,
        email: user.email ?? `user-${corId}@example.com`,
        source: user.source ?? DEFAULT_SOURCE,
        attached: new Map(),
      };
      users.set(user.id, added);
      return added;
    },
    addWorkspace(given) {
      const workspace = typeof given === 'string' ? { id: given } : given;
      const corId = nextId++;
      const added: SandboxWorkspace = {
        id: workspace.id,
        corId,
        name: workspace.name ?? `Workspace ${corId}`,
        active: workspace.active ?? true,
        description: workspace.description ?? null,
        source: workspace.source ?? DEFAULT_SOURCE,
        createdAt: new Date(),
      };
      workspaces.set(workspace.id, added);
      return added;
    },
    removeWorkspace(id) {
      for (const user of users.values()) user.attached.delete(id);
      return workspaces.delete(id);
    },
    findUser(id, source, switches) {
      const user = users.get(id);
      if (user && (!switches.scopeBySource || user.source === source)) return user;
      if (!user && switches.unknownIds === 'accept') return state.addUser({ id, source });
      throw new Refusal(unmapped('User', id, switches));
    },
    findWorkspace(id, source, switches) {
      const workspace = workspaces.get(id);
      if (workspace && (!switches.scopeBySource || workspace.source === source)) return workspace;
      if (!workspace && switches.unknownIds === 'accept') return state.addWorkspace({ id, source });
      throw new Refusal(unmapped('Workspace', id, switches));
    },
  };
  return state;
}
