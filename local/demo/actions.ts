import { z } from 'zod';
import { corSeed, RESOURCES } from '../events/cast.ts';
import { leaveWaiting } from './bring-forward.ts';
import type { Demo } from './demo.ts';
import { allWellAgain, FAILURE_TRIALS } from './failures.ts';
import { changeWork, type Person } from './work.ts';

/** What a person may do on the page: reads what came with the click, does it, and says what happened. */
type Action = (demo: Demo, given: unknown) => Promise<string> | string;

const SLOW_MS = 3_000;
const PER_SECOND = 1;
const DAY_MS = 24 * 3_600_000;

const onOff = z.strictObject({ on: z.boolean() });
const byId = z.strictObject({ id: z.string().max(100) });
const table = z.enum(['msdyn_resourceassignment', 'msdyn_projectteam']);
const people = Object.keys(RESOURCES) as [Person, ...Person[]];
const changed = z.strictObject({
  table,
  id: z.guid(),
  amount: z.number().min(0).max(1_000),
  withEvent: z.boolean().default(true),
});

function dayAfter(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + DAY_MS).toISOString().slice(0, 10);
}

/** Runs a timer function of every connector that has it, as `POST /admin/functions/NAME` does in Azure. */
async function runTimer(demo: Demo, name: string): Promise<boolean> {
  const statuses = await Promise.all(
    demo.presets.map(async (preset) => {
      const { httpUrl, functionsKey } = demo.host(preset);
      const url = `${httpUrl}/admin/functions/${encodeURIComponent(name)}`;
      const { status } = await fetch(url, { method: 'POST', headers: { 'x-functions-key': functionsKey } });
      return status;
    }),
  );
  return statuses.some((status) => status === 202);
}

async function passDay(demo: Demo): Promise<string> {
  await demo.restart(dayAfter(demo.day));
  await runTimer(demo, 'dueUsers');
  return `It is ${demo.day}. The connectors were started on it, and the hourly timer has run.`;
}

function forget({ stack: { cor } }: Demo, id: string): string {
  const { users, workspaces } = corSeed();
  const found = [...users, ...workspaces].find((one) => one.id === id);
  if (!found) throw new Error('That is nobody and nothing that COR knew.');
  if (users.includes(found as never)) cor.removeUser(id);
  else cor.removeWorkspace(id);
  return `COR has forgotten ${found.name}.`;
}

function bringBack({ stack: { cor } }: Demo, id: string): string {
  const { users, workspaces } = corSeed();
  const user = users.find((one) => one.id === id);
  const workspace = workspaces.find((one) => one.id === id);
  if (user) cor.addUser(user);
  else if (workspace) cor.addWorkspace(workspace);
  else throw new Error('That is nobody and nothing that COR knew.');
  return `COR knows ${(user ?? workspace)?.name} again.`;
}

async function replay(demo: Demo, queue: string, reason: string): Promise<string> {
  const { httpUrl, functionsKey } = demo.host(queue);
  const response = await fetch(`${httpUrl}/api/dead-letters`, {
    method: 'POST',
    headers: { 'x-functions-key': functionsKey, 'content-type': 'application/json' },
    body: JSON.stringify({ reason }),
  });
  const { done = 0 } = (await response.json()) as { done?: number };
  return `${done} dead letters ${reason} of ${queue} were sent again.`;
}

export const ACTIONS: Readonly<Record<string, Action>> = {
  down(demo, given) {
    const { on } = onOff.parse(given);
    demo.stack.cor.set({ down: on });
    return on ? 'COR is down.' : 'COR is up.';
  },
  slow(demo, given) {
    const { on } = onOff.parse(given);
    demo.stack.cor.set({ latencyMs: on ? SLOW_MS : 0 });
    return on ? `COR takes ${SLOW_MS / 1_000} s for every call.` : 'COR answers at once.';
  },
  tooMany(demo, given) {
    const { on } = onOff.parse(given);
    demo.stack.cor.set({ rateLimit: on ? { perSecond: PER_SECOND } : null });
    return on ? `COR answers 429 to more than ${PER_SECOND} call a second.` : 'COR takes every call.';
  },
  forget: (demo, given) => forget(demo, byId.parse(given).id),
  bringBack: (demo, given) => bringBack(demo, byId.parse(given).id),
  changeRow(demo, given) {
    const { table: name, id, amount, withEvent } = changed.parse(given);
    const column =
      name === 'msdyn_projectteam'
        ? 'msdyn_percentage'
        : demo.dataverse.row(name, id).msdyn_effort === undefined
          ? 'msdyn_hours'
          : 'msdyn_effort';
    demo.dataverse.update(name, id, { [column]: amount }, { withEvent });
    return withEvent ? 'The row was changed.' : 'The row was changed, and its event is lost.';
  },
  removeRow(demo, given) {
    const read = z.strictObject({ table, id: z.guid(), withEvent: z.boolean().default(true) }).parse(given);
    demo.dataverse.delete(read.table, read.id, { withEvent: read.withEvent });
    return read.withEvent ? 'The row was deleted.' : 'The row was deleted, and its event is lost.';
  },
  work(demo, given) {
    const { person } = z.strictObject({ person: z.enum(people) }).parse(given);
    return `Planned today: ${changeWork(demo, person)}.`;
  },
  passDay,
  async timer(demo, given) {
    const { name } = z.strictObject({ name: z.string().max(100) }).parse(given);
    return (await runTimer(demo, name)) ? `${name} runs.` : `There is no timer function ${name}.`;
  },
  replay(demo, given) {
    const read = z.strictObject({ queue: z.string().max(100), reason: z.string().max(100) }).parse(given);
    return replay(demo, read.queue, read.reason);
  },
  corSwitches(demo, given) {
    demo.stack.cor.set(given as never);
    return "COR's switches are set.";
  },
  failure(demo, given) {
    const { id } = byId.parse(given);
    const trial = FAILURE_TRIALS.find((one) => one.id === id);
    if (!trial) throw new Error(`There is no failure "${id}".`);
    leaveWaiting();
    return trial.run(demo);
  },
  allWell: allWellAgain,
};
