import { corSeed } from '../events/cast.ts';
import { bringForward } from './bring-forward.ts';
import type { Demo } from './demo.ts';
import { CREATE_MISSING, type FailureTrial } from './failure-trial.ts';
import { FAILURES_OF_COR } from './failures-of-cor.ts';
import { FAILURES_OF_OTHERS } from './failures-of-others.ts';
import { wakeAll } from './sleep.ts';

/** Rows that nothing on this machine can bring about, with the reason and where they are tested. */
export const NOT_BY_CLICK: readonly { readonly row: string; readonly why: string }[] = [
  {
    row: 'COR is so slow that a message waits four minutes',
    why: 'It takes hundreds of users and as many minutes. Test: test/sync/turn.test.ts.',
  },
  {
    row: 'The copy cannot be sent',
    why: 'The built-in broker takes every copy that fits. Tests: test/messaging and test/connector.',
  },
  {
    row: 'Something fails that nobody waits for',
    why: 'Only a fault of the connector itself does that. Test: test/functions.',
  },
  {
    row: 'The host hands over a message without a lock token',
    why: 'The local host always has one. Tests: test/messaging.',
  },
  {
    row: 'A look-up finds nobody',
    why: 'The presets that run here look nobody up. Tests: test/dataverse.',
  },
  {
    row: 'The queue has duplicate detection',
    why: 'The queues here are made without, as in Azure. Tests: test/messaging and test/cli/doctor.',
  },
  {
    row: 'Queue or topic is partitioned',
    why: 'The built-in broker has no partitions. Tests: test/messaging.',
  },
];

export const FAILURE_TRIALS: readonly FailureTrial[] = [...FAILURES_OF_COR, ...FAILURES_OF_OTHERS];

/** Every switch as it was, everybody and everything known to COR, and what waits is tried without waiting. */
export async function allWellAgain(demo: Demo): Promise<string> {
  const { cor } = demo.stack;
  if (Object.values(demo.settings()).some((settings) => settings[CREATE_MISSING] === 'true'))
    await demo.restart(demo.day, { [CREATE_MISSING]: 'false' });
  cor.set({
    down: false,
    hang: 'none',
    latencyMs: 0,
    rateLimit: null,
    failRate: null,
    failUser: null,
    failNext: [],
    refuseCredentials: null,
    forbid: false,
    inactiveWorkspace: 'accept',
  });
  cor.release();
  wakeAll();
  demo.dataverse.set({ applicationUser: 'enabled' });
  bringEverythingBack(demo);
  bringForward(demo.stack.broker, demo.presets);
  return 'COR is well again, and knows everybody and every workspace. What waits is tried now; calls that are paused go on within a minute.';
}

/** Adds the people and workspaces of the samples that COR knew at the start and has lost. */
function bringEverythingBack({ stack: { cor } }: Demo): void {
  const { users, workspaces } = corSeed();
  const known = new Set([...Object.keys(cor.state()), ...cor.workspaceIds()]);
  for (const user of users) if (!known.has(user.id)) cor.addUser(user);
  // One that was made inactive is active again.
  for (const workspace of workspaces) cor.addWorkspace({ ...workspace, active: true });
}
