import { readFileSync } from 'node:fs';
import type { ServiceBusSender } from '@azure/service-bus';
import { afterAll, expect, test } from 'vitest';
import { startLocalDataverse } from '../../../local/dataverse/local-dataverse.ts';
import { guidOf, RESOURCES } from '../../../local/events/cast.ts';
import { listSamples, type Sample } from '../../../local/events/samples.ts';
import type { HostProcess } from '../../../local/host/spawn.ts';
import { startTestStack } from '../test-stack.ts';

const INCOMPLETE = ['MissingImage', 'TruncatedMessage'];
const TABLE = 'msdyn_resourceassignment';
const seed = JSON.parse(
  readFileSync(new URL('../../../local/events/cor-seed.json', import.meta.url), 'utf8'),
) as { users: { id: string }[]; workspaces: { id: string }[] };

const dataverse = await startLocalDataverse({ rows: 'samples' });
const env = { DATAVERSE_URL: dataverse.url, DATAVERSE_STATIC_TOKEN: dataverse.token };
const stack = await startTestStack(
  {
    env: { ...env, MAPPING: 'resource-assignment' },
    cor: { users: seed.users.map(({ id }) => id), workspaces: seed.workspaces.map(({ id }) => id) },
  },
  afterAll,
);
afterAll(() => dataverse.close());

stack.broker.createQueue({ name: 'members' });
await stack.startApp({ queue: 'members', env: { ...env, MAPPING: 'project-team' } });
const senders: Record<string, ServiceBusSender> = {
  'resource-assignment': stack.client.createSender('assignments'),
  'project-team': stack.client.createSender('members'),
};

async function post(sample: Sample, messageId: string) {
  const { body, contentType, applicationProperties } = sample;
  await senders[sample.preset]?.sendMessages({
    body,
    contentType,
    messageId,
    applicationProperties: { ...applicationProperties },
  });
}

const incomplete = listSamples().filter(({ ending }) => INCOMPLETE.includes(ending));

test('every sample that does not suffice ends well where rows can be read', async () => {
  expect(incomplete.length).toBeGreaterThan(2);
  for (const sample of incomplete) {
    await post(sample, sample.name);
    const { outcome, incomplete: why } = await stack.ended(sample.name);
    expect(['succeeded', 'hydrated'], sample.name).toContain(outcome);
    expect(why, sample.name).toMatch(/^(truncated|missingImage)$/);
  }
});

const [sample] = incomplete.filter(({ preset }) => preset === 'resource-assignment') as [Sample];
const health = async ({ httpUrl, functionsKey }: HostProcess) => {
  const answer = await fetch(`${httpUrl}/api/health/details`, {
    headers: { 'x-functions-key': functionsKey },
  });
  return (await answer.json()) as {
    status: string;
    checks: { name: string; status: string; error?: string }[];
  };
};

test('while a privilege is missing only messages that need a row wait; health, pause and log say it', async () => {
  dataverse.set({ missingPrivileges: ['prvReadmsdyn_resourceassignment'] });
  await post(sample, 'without right');
  expect(await stack.line((line) => line.messageId === 'without right')).toMatchObject({
    evt: 'message.retried',
    dependency: 'dataverse',
    errorCode: '0x80040220',
    errorClass: 'auth',
  });
  expect(await stack.line(({ evt }) => evt === 'pause.started')).toMatchObject({
    dependency: 'dataverse',
    errorCode: '0x80040220',
  });
  const [host] = stack.hosts as [HostProcess];
  const { status, checks } = await health(host);
  expect(status).toBe('degraded');
  expect(checks.filter((check) => check.status === 'failed')).toMatchObject([
    { name: 'dataverse', error: expect.stringMatching(/prvReadmsdyn_resourceassignment|No read was made/) },
  ]);
  const [other] = listSamples() as [Sample];
  await post(other, 'needs no row');
  expect(await stack.ended('needs no row')).toMatchObject({ evt: 'message.completed' });

  dataverse.set({ missingPrivileges: [] });
  const comesBack = setInterval(() => stack.skip(60_000), 400);
  const ended = await stack.ended('without right').finally(() => clearInterval(comesBack));
  expect(['succeeded', 'duplicate']).toContain(ended.outcome);
  expect(await stack.line(({ evt }) => evt === 'pause.ended')).toMatchObject({ dependency: 'dataverse' });
});

test('an answer that was lost is asked for again within the same delivery', async () => {
  dataverse.faults.push({ on: 'msdyn_resourceassignments(', how: 'drop' });
  await post(sample, 'lost answer');
  expect(await stack.ended('lost answer')).toMatchObject({ evt: 'message.completed', deliveryCount: 1 });
  expect(dataverse.faults).toEqual([]);
});

test('an environment of another organization than the pinned one is named at start', async () => {
  const odd = await startLocalDataverse({
    rows: 'samples',
    organization: { id: guidOf('another organization'), name: 'another' },
  });
  const queue = 'odd';
  stack.broker.createQueue({ name: queue });
  await stack.startApp({ queue, env: { ...env, DATAVERSE_URL: odd.url, MAPPING: 'resource-assignment' } });
  expect(await stack.line(({ evt }) => evt === 'organization.differs')).toMatchObject({
    organizationId: guidOf('another organization'),
  });
  await odd.close();
});

test('no line tells a token or a name', () => {
  for (const secret of [dataverse.token, ...Object.values(RESOURCES).map(({ name }) => name)])
    expect(stack.text()).not.toContain(secret);
  expect(dataverse.requests.some(({ path }) => path.includes(TABLE))).toBe(true);
});
