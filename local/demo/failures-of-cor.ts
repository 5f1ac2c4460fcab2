import { PROJECTS, RESOURCES } from '../events/cast.ts';
import {
  CREATE_MISSING,
  changeThree,
  changeTwo,
  type FailureTrial,
  withProperties,
} from './failure-trial.ts';
import { onceHeard, untilAttached } from './trouble.ts';
import { changeWork } from './work.ts';

const PAGE = '<html><body>Down for maintenance</body></html>';
const TWO_DAYS_MS = 2 * 24 * 3_600_000;

/** What COR, or something in its place, does wrong. */
export const FAILURES_OF_COR: readonly FailureTrial[] = [
  {
    id: 'cor-down',
    row: 'COR is down',
    run(demo) {
      demo.stack.cor.set({ down: true });
      return `COR is down. Changed: ${changeTwo(demo)}. Calls pause until you press "All well again".`;
    },
  },
  {
    id: 'retry-window',
    row: '… longer than `RETRY_WINDOW`',
    run(demo) {
      demo.stack.cor.set({ down: true });
      withProperties(demo, {
        corAttempt: 9,
        corFirstFailedAt: new Date(Date.now() - TWO_DAYS_MS).toISOString(),
      });
      return `COR is down, and the event has failed for two days. Changed: ${changeWork(demo, 'robin')}.`;
    },
  },
  {
    id: 'foreign-answer',
    row: "Something else answers in COR's place",
    run(demo) {
      demo.stack.cor.set({ failRate: { rate: 1, status: 200, body: PAGE } });
      return `A maintenance page answers with 200. Changed: ${changeThree(demo)}.`;
    },
  },
  {
    id: 'foreign-token',
    row: 'The same in place of a token',
    run(demo) {
      demo.stack.cor.set({ failRate: { rate: 1, status: 200, body: PAGE, on: 'token' } });
      demo.stack.cor.invalidateTokens();
      return `A page answers where the token should. Changed: ${changeTwo(demo)}.`;
    },
  },
  {
    id: 'one-user',
    row: "One user's calls fail",
    run(demo) {
      demo.stack.cor.set({
        failUser: { user: RESOURCES.robin.id, status: 403, body: { message: 'Forbidden' } },
      });
      return `Calls about Robin Fields fail, others succeed. Changed: ${changeTwo(demo)}.`;
    },
  },
  {
    id: 'two-users',
    row: '… and a second user within 30 s',
    run(demo) {
      demo.stack.cor.set({ failRate: { rate: 1, status: 500 } });
      return `Every call ends with 500. Changed: ${changeTwo(demo)}.`;
    },
  },
  {
    id: 'too-many',
    row: '429, or 503 with `Retry-After`',
    run(demo) {
      demo.stack.cor.failNext(1, { status: 429, retryAfter: '10' });
      return `COR asks for 10 s of rest. Changed: ${changeTwo(demo)}.`;
    },
  },
  {
    id: 'credentials',
    row: 'COR refuses the credentials',
    run(demo) {
      demo.stack.cor.set({ refuseCredentials: 401 });
      demo.stack.cor.invalidateTokens();
      return `The key is refused. Changed: ${changeTwo(demo)}.`;
    },
  },
  {
    id: 'user-unknown-yet',
    row: 'User not known to COR yet',
    run(demo) {
      const { id, name } = RESOURCES.kim;
      demo.stack.cor.removeUser(id);
      onceHeard(demo, { evt: 'message.retried' }, () => demo.stack.cor.addUser({ id, name }));
      return `COR forgets Kim Lake until the first refusal, and then knows her again. Changed: ${changeWork(demo, 'kim')}.`;
    },
  },
  {
    id: 'workspace-unknown',
    row: 'User or workspace stays unknown',
    run(demo) {
      demo.stack.cor.removeWorkspace(PROJECTS.lantern.id);
      return `COR forgets the workspace Lantern audit. Changed: ${changeWork(demo, 'kim')}. Bring it back, then replay.`;
    },
  },
  {
    id: 'create-workspace',
    row: 'Workspace unknown, `COR_CREATE_MISSING_WORKSPACES=true`',
    async run(demo) {
      await demo.restart(demo.day, { [CREATE_MISSING]: 'true' });
      demo.stack.cor.removeWorkspace(PROJECTS.lantern.id);
      return `The connectors may create workspaces now, and COR forgets Lantern audit. Changed: ${changeWork(demo, 'kim')}.`;
    },
  },
  {
    id: 'some-workspaces',
    row: "COR no longer takes some of a user's many workspaces",
    async run(demo) {
      for (const project of ['bridge', 'tidal', 'orchard', 'lantern'] as const)
        changeWork(demo, 'alex', { project });
      await untilAttached(demo, RESOURCES.alex.id, PROJECTS.tidal.id);
      demo.stack.cor.removeWorkspace(PROJECTS.tidal.id);
      return `Alex Stone has four workspaces, and COR forgets Tidal survey. Changed: ${changeWork(demo, 'alex', { project: 'bridge' })}.`;
    },
  },
  {
    id: 'invalid',
    row: 'COR finds the request invalid',
    run(demo) {
      const { id, name } = PROJECTS.lantern;
      demo.stack.cor.addWorkspace({ id, name, active: false });
      demo.stack.cor.set({ inactiveWorkspace: 'refuse' });
      return `Lantern audit is no longer active in COR. Changed: ${changeWork(demo, 'sam')}.`;
    },
  },
  {
    id: 'did-not-apply',
    row: 'COR answers 200 and does not apply it',
    run(demo) {
      const workspaces: unknown[] = [];
      const user = { id: 1, externalId: RESOURCES.robin.id, workspaces };
      demo.stack.cor.set({ failRate: { rate: 1, status: 200, body: user } });
      return `COR answers 200 and shows no workspace. Changed: ${changeWork(demo, 'robin')}.`;
    },
  },
  {
    id: 'reply-too-long',
    row: "COR's reply is too long to be read",
    run(demo) {
      demo.stack.cor.failNext(1, { status: 200, body: { text: ' '.repeat(20 * 1024 * 1024) } });
      return `The next reply has 20 MB. Changed: ${changeWork(demo, 'robin')}.`;
    },
  },
  {
    id: 'replayed-late',
    row: 'A dead letter is replayed after newer events',
    run(demo) {
      const { cor } = demo.stack;
      const { id, name } = PROJECTS.lantern;
      cor.removeWorkspace(id);
      onceHeard(demo, { evt: 'message.deadlettered' }, () => {
        cor.addWorkspace({ id, name });
        changeWork(demo, 'kim');
      });
      return `COR forgets Lantern audit until the event is a dead letter, and then the row changes again. Changed: ${changeWork(demo, 'kim')}. Replay the dead letter: it is old.`;
    },
  },
];
