import { randomUUID } from 'node:crypto';
import type { ServiceBusMessage } from '@azure/service-bus';
import type { CorSandbox } from '../../../local/cor/sandbox.ts';
import { dataverseBody } from '../../../local/histories/dataverse-body.ts';

export interface Member {
  readonly user: string;
  readonly project: string;
  readonly percentage: number;
}

const MODIFIED_ON = Date.UTC(2026, 2, 1);

/** The event that a resource has become a member of a project's team, as Dataverse posts it. */
export function joined({
  user,
  project,
  percentage,
}: Member): ServiceBusMessage & { messageId: string; body: Buffer } {
  return {
    messageId: `join ${randomUUID()}`,
    contentType: 'application/json',
    body: dataverseBody({
      record: randomUUID(),
      message: 'Create',
      before: undefined,
      after: { user, project, share: { percentage }, active: true },
      versions: { before: undefined, after: 1 },
      modifiedOn: { before: MODIFIED_ON, after: MODIFIED_ON },
    }),
  };
}

/** `users` new users, each a member of `projects` projects; COR knows them all. */
export function newMembers(cor: CorSandbox, users: number, projects = 1): Member[] {
  const workspaces = Array.from({ length: projects }, () => randomUUID());
  for (const workspace of workspaces) cor.addWorkspace(workspace);
  return Array.from({ length: users }, (_, index) => {
    const user = randomUUID();
    cor.addUser(user);
    return workspaces.map((project) => ({ user, project, percentage: 10 + index }));
  }).flat();
}

/** What COR holds of these users. */
export function held(cor: CorSandbox, members: readonly Member[]): Record<string, Record<string, number>> {
  const state = cor.state();
  return Object.fromEntries(members.map(({ user }) => [user, state[user] ?? {}]));
}

/** What COR should hold of these users. */
export function wanted(members: readonly Member[]): Record<string, Record<string, number>> {
  const state: Record<string, Record<string, number>> = {};
  for (const { user, project, percentage } of members)
    state[user] = { ...state[user], [project]: percentage };
  return state;
}
