import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Demo, startDemo } from '../../../local/demo/demo.ts';
import { type PageServer, startPage } from '../../../local/demo/page-server.ts';
import type { Snapshot } from '../../../local/demo/snapshot.ts';
import { corSeed, PROJECTS } from '../../../local/events/cast.ts';
import { followEvents, type PageEvents } from './page-events.ts';

const PRESET = 'resource-assignment';

let demo: Demo;
let page: PageServer;
let events: PageEvents;

beforeAll(async () => {
  demo = await startDemo({
    presets: [PRESET],
    // A Sunday.
    day: '2026-03-08',
    cor: corSeed(),
    env: { UNMAPPED_GRACE: '1s' },
  });
  page = await startPage(demo);
  events = await followEvents(page.url);
}, 60_000);
afterAll(async () => {
  events?.close();
  await page?.close();
  await demo?.stop();
});

async function act(name: string, given: object = {}): Promise<{ said?: string; error?: string }> {
  const response = await fetch(`${page.url}/do/${name}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: page.url },
    body: JSON.stringify(given),
  });
  return (await response.json()) as { said?: string; error?: string };
}

const shareOf = ({ shares }: Snapshot, user: string, workspace: string) =>
  shares.find((share) => share.user === user && share.workspace === workspace);

/** Status of a request with these headers: `fetch` would not let the Host be another. */
function statusOf(method: string, path: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(`${page.url}${path}`, { method, headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sent.once('error', reject);
    sent.end(method === 'POST' ? '{}' : undefined);
  });
}

describe('who may ask', () => {
  const json = { 'content-type': 'application/json' };
  test.each([
    ['another Host', 'GET', '/', { host: 'evil.example' }],
    ['another Host for the events', 'GET', '/events', { host: 'evil.example:80' }],
    ['another Origin', 'POST', '/do/allWell', { ...json, origin: 'http://evil.example' }],
    ['an Origin that is none', 'POST', '/do/allWell', { ...json, origin: 'null' }],
    ['a form', 'POST', '/do/allWell', { 'content-type': 'text/plain' }],
  ])('%s is refused', async (_what, method, path, headers) => {
    expect(await statusOf(method, path, headers)).toBe(403);
  });

  test('the page itself comes with a policy that lets nothing else in', async () => {
    const response = await fetch(page.url);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(await response.text()).toContain('<title>Dynamics 365 → COR on this machine</title>');
  });

  test('what is not there, and what is wrong, is said', async () => {
    expect(await statusOf('GET', '/../start.ts', {})).toBe(404);
    expect(await act('noSuchThing')).toEqual({ error: 'There is no "noSuchThing".' });
    expect((await act('changeRow', { table: 'systemuser', id: 'x', amount: 1 })).error).toContain('table');
    expect((await act('corSwitches', { down: 'perhaps' })).error).toContain('/down');
  });
});

test('a row that is changed on the page arrives in COR and the ledger', async () => {
  expect((await act('work', { person: 'robin' })).said).toBe(
    'Planned today: 8 h for Robin Fields in Lantern audit.',
  );
  const told = await events.state((state) => shareOf(state, 'Robin Fields', 'Lantern audit')?.held === 20);
  const row = told.rows.find(({ name }) => name === 'Work of Robin Fields');
  await act('changeRow', { table: 'msdyn_resourceassignment', id: row?.id, amount: 16 });
  const state = await events.state((one) => shareOf(one, 'Robin Fields', 'Lantern audit')?.believed === 40);
  expect(shareOf(state, 'Robin Fields', 'Lantern audit')).toMatchObject({ held: 40, believed: 40 });
  // Its event lost, nothing hears of it.
  await act('changeRow', { table: 'msdyn_resourceassignment', id: row?.id, amount: 20, withEvent: false });
  const lost = await events.state(({ rows }) =>
    rows.some(({ id, amount }) => id === row?.id && amount === 20),
  );
  expect(shareOf(lost, 'Robin Fields', 'Lantern audit')?.held).toBe(40);
});

test('COR down: calls pause and the event waits; once it is well all is applied', async () => {
  await act('down', { on: true });
  expect((await events.state(({ trouble }) => trouble.down)).trouble.down).toBe(true);
  await act('work', { person: 'kim' });
  await events.line(({ evt }) => evt === 'message.retried');
  await events.state(({ queues }) => Number(queues[0]?.scheduled) > 0);
  await act('allWell');
  const state = await events.state((one) => shareOf(one, 'Kim Lake', 'Lantern audit')?.held === 20);
  expect(state.trouble.down).toBe(false);
});

test('a workspace that COR forgets: a dead letter, replayed once COR knows it again', async () => {
  await act('forget', { id: PROJECTS.lantern.id });
  await act('work', { person: 'sam' });
  const dead = await events.state(({ deadLetters }) => deadLetters.length === 1);
  expect(dead.deadLetters[0]).toMatchObject({ queue: PRESET, reason: 'CorEntityNotMapped' });
  expect(dead.cast.find(({ id }) => id === PROJECTS.lantern.id)?.known).toBe(false);
  await act('bringBack', { id: PROJECTS.lantern.id });
  expect((await act('replay', { queue: PRESET, reason: 'CorEntityNotMapped' })).said).toMatch(
    /^1 dead letters/,
  );
  const state = await events.state((one) => shareOf(one, 'Sam Rivers', 'Lantern audit')?.held === 20);
  expect(state.deadLetters).toEqual([]);
});

test('one failure of the list: somebody writes nonsense into the properties', async () => {
  const { said } = await act('failure', { id: 'nonsense' });
  expect(said).toContain('copied -1 times');
  await events.line(({ evt }) => evt === 'message.propertyIgnored');
});

test('a day passes: the connectors run on the next one, and COR is told what it changes', async () => {
  expect(demo.day).toBe('2026-03-08');
  // A Monday: what was planned for last week alone counts no more.
  expect((await act('passDay')).said).toContain('It is 2026-03-09.');
  const state = await events.state((one) => shareOf(one, 'Kim Lake', 'Lantern audit')?.held === 0);
  expect(shareOf(state, 'Kim Lake', 'Lantern audit')?.believed).toBe(0);
  expect(demo.settings()[PRESET]?.COR_TODAY).toBe('2026-03-09');
}, 60_000);

test('a connector that is killed from outside is started again where it was, and the page goes on', async () => {
  const { pid, httpUrl } = demo.host(PRESET);
  const said = events.line(({ text }) => String(text).includes('ended without being told to'));
  process.kill(pid, 'SIGKILL');
  await said;
  await events.line(({ text }) => String(text).includes('runs again'));
  expect(demo.host(PRESET).pid).not.toBe(pid);
  expect(demo.host(PRESET).httpUrl).toBe(httpUrl);
  await act('work', { person: 'alex' });
  await events.state((one) => shareOf(one, 'Alex Stone', 'Lantern audit')?.held === 20);
}, 60_000);
