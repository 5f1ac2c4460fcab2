import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { startLocalDataverse } from '../../../local/dataverse/local-dataverse.ts';
import { OTHER_RESOURCES } from '../../../local/dataverse/sample-rows.ts';
import { guidOf, PROJECTS, RESOURCES } from '../../../local/events/cast.ts';
import { connector, temporaryFolder } from '../run-connector.ts';

const { robin, kim } = RESOURCES;
const userOf = ({ name }: { name: string }) => guidOf(`systemuser ${name}`);

async function environment() {
  const dataverse = await startLocalDataverse();
  onTestFinished(() => dataverse.close());
  const person = (name: string, id: string, employeeid: string | null) => {
    const userId = dataverse.create('systemuser', {
      systemuserid: guidOf(`systemuser ${name}`),
      fullname: name,
      domainname: `${name}@example.com`,
      employeeid,
    });
    dataverse.create('bookableresource', { bookableresourceid: id, name, resourcetype: 3, userid: userId });
  };
  person(robin.name, robin.id, 'E-1');
  person(kim.name, kim.id, 'E-2');
  dataverse.create('bookableresource', {
    bookableresourceid: OTHER_RESOURCES.generic,
    name: 'Designer',
    resourcetype: 1,
  });
  dataverse.create('msdyn_project', { msdyn_projectid: PROJECTS.bridge.id, msdyn_subject: 'Bridge' });
  const assign = (resource: string | null, more: object = {}) =>
    dataverse.create('msdyn_resourceassignment', {
      msdyn_bookableresourceid: resource,
      msdyn_projectid: PROJECTS.bridge.id,
      ...more,
    });
  for (const resource of [robin.id, robin.id, kim.id, OTHER_RESOURCES.generic, null]) assign(resource);
  const env = {
    DATAVERSE_URL: dataverse.url,
    DATAVERSE_STATIC_TOKEN: dataverse.token,
    ServiceBusConnection:
      'Endpoint=sb://127.0.0.1;SharedAccessKeyName=x;SharedAccessKey=eA==;UseDevelopmentEmulator=true',
    ServiceBusQueueName: 'assignments',
    COR_API_KEY: 'key',
    COR_CLIENT_SECRET: 'secret',
    LedgerStorage: 'memory',
  };
  const match = (source: object, args: readonly string[] = [], columns?: number) => {
    const file = join(temporaryFolder(), 'mapping.json');
    writeFileSync(
      file,
      JSON.stringify({ ...MAPPING, user: { column: 'msdyn_bookableresourceid', ...source } }),
    );
    return connector(['match', ...args], {
      env: { ...env, MAPPING: file },
      ...(columns !== undefined && { columns }),
    });
  };
  return { dataverse, match };
}

const MAPPING = {
  table: 'msdyn_resourceassignment',
  workspace: { column: 'msdyn_projectid' },
  allocation: [{ rule: 'constant', percentage: 25 }],
};
const BY_NUMBER = { lookup: ['UserId'], take: ['employeeid'] };

test('every resource with assignments is there, with what it comes to; placeholders are skipped', async () => {
  const { match } = await environment();
  const { code, stdout, stderr } = await match(BY_NUMBER);
  const lines = stdout
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => line.split('\t'));
  expect(lines).toEqual([
    ['Resource', 'Id', 'Rows', 'User in COR', 'By', 'Problem'],
    ['Designer', OTHER_RESOURCES.generic, '1', '', '', 'no person (Generic)'],
    [kim.name, kim.id, '1', 'E-2', 'systemuser.employeeid', ''],
    [robin.name, robin.id, '2', 'E-1', 'systemuser.employeeid', ''],
  ]);
  expect(stderr).toContain(
    '3 resources with assignments: 2 resolve, 0 do not, 1 no persons and are skipped.',
  );
  expect(code).toBe(0);
});

test.each([
  ['an empty column', { employeeid: null }, 'nobody', /has nothing in employeeid/],
  ['two with the same id', { employeeid: 'E-1' }, 'shared', /1 other resource has the same id/],
  ['a guest', { employeeid: 'kim_example.org#EXT#@example.com' }, 'guest', /guest of another tenant/],
] as const)('%s is named, and is not as it should be', async (_what, columns, problem, why) => {
  const { dataverse, match } = await environment();
  dataverse.update('systemuser', userOf(kim), columns);
  const { code, stdout } = await match(BY_NUMBER, ['--json']);
  const found = JSON.parse(stdout) as { resource: string; problem?: string; why?: string }[];
  expect(found.find(({ resource }) => resource === kim.id)).toMatchObject({
    problem,
    why: expect.stringMatching(why),
  });
  expect(code).toBe(1);
});

test('a mapping that takes the id of the lookup needs no look-up', async () => {
  const { dataverse, match } = await environment();
  const { code, stdout } = await match({}, ['--json']);
  expect((JSON.parse(stdout) as unknown[]).length).toBe(3);
  expect(JSON.parse(stdout)).toContainEqual({
    resource: robin.id,
    name: robin.name,
    rows: 2,
    user: robin.id,
    by: 'msdyn_bookableresourceid',
  });
  expect(dataverse.requests.filter(({ path }) => path.startsWith('bookableresources'))).toEqual([]);
  expect(code).toBe(0);
});

test('on a narrow terminal no id is cut', async () => {
  const { match } = await environment();
  const { stdout } = await match(BY_NUMBER, [], 60);
  expect(stdout).toContain(robin.id);
  expect(
    Math.max(
      ...stripVTControlCharacters(stdout)
        .split('\n')
        .map((line) => line.length),
    ),
  ).toBeLessThanOrEqual(60);
});

test('a right that is missing is said, with exit code 3', async () => {
  const { dataverse, match } = await environment();
  dataverse.set({ missingPrivileges: ['prvReadUser'] });
  const { code, stderr } = await match(BY_NUMBER);
  expect(stderr).toContain('prvReadUser');
  expect(code).toBe(3);
});
