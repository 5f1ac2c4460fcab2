import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type CliResult, temporaryFolder } from '../run-connector.ts';
import {
  CONNECTION,
  connectTo,
  everyRow,
  image,
  KEY,
  registerAll,
  startFake,
  step,
  stored,
  TOKEN,
  writes,
} from './dataverse-fixture.ts';
import { cliFor, runProcess, settingsFor } from './run-dataverse.ts';

const NEXT = /\n\nNext: change a row of msdyn_resourceassignment in Dynamics .*the queue "assignments"/s;

function expectNoSecret(...results: CliResult[]): void {
  for (const { stdout, stderr } of results)
    for (const secret of [KEY, TOKEN]) expect(stdout + stderr).not.toContain(secret);
}

test('register, again, a change, check, remove', async () => {
  const fake = await startFake();
  const cli = cliFor(fake);
  const empty = await cli('check');
  expect(empty).toEqual({
    code: 1,
    stdout:
      'Service endpoint "COR connector" is missing.\nTo fix: ./connector dataverse register, or by hand in the Plug-in Registration tool.\n',
    stderr: '',
  });

  const first = await cli('register');
  expect(first).toMatchObject({ code: 0, stderr: '' });
  expect(first.stdout).toMatch(
    /^Service endpoint "COR connector" registered\.\nDataverse reaches the queue or topic\.\nStep "COR connector: Create of /,
  );
  expect(first.stdout).toMatch(NEXT);
  expect(everyRow(fake)).toHaveLength(9);
  expect(stored(fake, 'serviceendpoints').saskey).toBe(KEY);
  const before = writes(fake).length;

  const [again, good] = await Promise.all([cli('register'), cli('check')]);
  expect(again).toMatchObject({ code: 0, stderr: '' });
  expect(again.stdout).toMatch(/^Everything is registered as the mapping needs it\. Nothing was changed\.\n/);
  expect(good).toEqual({
    code: 0,
    stdout: 'Everything is registered as the mapping needs it.\n',
    stderr: '',
  });
  expect(writes(fake)).toHaveLength(before);

  const mapping = join(temporaryFolder(), 'mapping.json');
  const preset = readFileSync(
    join(import.meta.dirname, '../../../src/dynamics/presets/resource-assignment.json'),
    'utf8',
  );
  writeFileSync(mapping, preset.replaceAll('"msdyn_projectid"', '"msdyn_taskid"'));
  const differs = await cli('check', '--mapping', mapping);
  expect(differs.code).toBe(1);
  expect(differs.stdout).toContain('found without msdyn_taskid and with msdyn_projectid as well.');
  const changed = await cli('register', '--mapping', mapping);
  expect(changed.stdout.split('\n').slice(0, 5)).toEqual([
    'Image "PostImage" corrected: attributes.',
    'Step "COR connector: Update of msdyn_resourceassignment" corrected: filteringattributes.',
    'Image "PreImage" corrected: attributes.',
    'Image "PostImage" corrected: attributes.',
    'Image "PreImage" corrected: attributes.',
  ]);
  const patches = writes(fake).slice(before);
  expect(patches.map(({ method }) => method)).toEqual(Array(5).fill('PATCH'));
  for (const { path, body } of patches)
    expect(Object.keys(body as object)).toEqual(
      path.includes('stepimages')
        ? ['attributes', 'sdkmessageprocessingstepid@odata.bind']
        : ['filteringattributes'],
    );
  expect(image(fake, 'Delete', 'PreImage').attributes).toContain('msdyn_taskid');

  const removed = await cli('remove', '--yes');
  expect(removed).toMatchObject({ code: 0, stderr: '' });
  expect(removed.stdout.trim().split('\n')).toHaveLength(9);
  expect(everyRow(fake)).toEqual([]);
  expectNoSecret(empty, first, again, good, differs, changed, removed);
});

test('a dry run prints every request without a secret, and sends none that writes', async () => {
  const fake = await startFake();
  const cli = cliFor(fake);
  const made = await cli('register', '--dry-run');
  expect(made).toMatchObject({ code: 0, stderr: '' });
  const lines = made.stdout.split('\n');
  expect(lines.filter((line) => /^(POST|PATCH|DELETE) .* {2}\(not sent\)$/.test(line))).toHaveLength(10);
  expect(lines.filter((line) => line.startsWith('GET '))).toHaveLength(fake.requests.length);
  expect(made.stdout).toContain('"saskey": "***"');
  expect(made.stdout).toContain('"sdkmessageprocessingstepid@odata.bind"');
  expect(lines.at(-2)).toBe('Nothing was changed.');

  await registerAll(connectTo(fake));
  const before = writes(fake).length;
  step(fake, 'Update').filteringattributes = '';
  const [corrected, rotated, removed] = await Promise.all([
    cli('register', '--dry-run'),
    cli('register', '--dry-run', '--update-key'),
    cli('remove', '--dry-run'),
  ]);
  expect(corrected.stdout).toMatch(
    /\nPATCH .*sdkmessageprocessingsteps\(\S+\) {2}\(not sent\)\n\{\n {2}"filter/,
  );
  expect(rotated.stdout).toMatch(
    /\nPATCH .*serviceendpoints\(\S+\) {2}\(not sent\)\n\{\n {2}"saskey": "\*\*\*"\n/,
  );
  expect(removed.stdout.match(/\nDELETE /g)).toHaveLength(9);
  expect(writes(fake)).toHaveLength(before);
  expectNoSecret(made, corrected, rotated, removed);
});

test('options say the solution, the topic, the mapping and the name', async () => {
  const fake = await startFake();
  const cli = cliFor(fake, { DATAVERSE_SERVICEBUS_CONNECTION: CONNECTION.replace(/;EntityPath=.*/, '') });
  const made = await cli(
    'register',
    ...['--solution', 'contoso', '--topic', 'events', '--mapping', 'project-team', '--name', 'Mine'],
  );
  expect(made).toMatchObject({ code: 0, stderr: '' });
  expect(made.stdout).toContain('the topic "events"');
  expect(stored(fake, 'serviceendpoints')).toMatchObject({ name: 'Mine', contract: 5, path: 'events' });
  expect(step(fake, 'Update').name).toBe('Mine: Update of msdyn_projectteam');
  expect(
    new Set(writes(fake).flatMap(({ path, solution }) => (path.includes('(') ? [] : [solution]))),
  ).toEqual(new Set(['contoso']));
  const [unknown, none] = await Promise.all([
    cli('register', '--solution', 'none', '--queue', 'assignments'),
    cli('register'),
  ]);
  expect(unknown).toMatchObject({ code: 1, stdout: '' });
  expect(unknown.stderr).toMatch(
    /serviceendpoints: HTTP 400 0x80048441 The solution 'none' does not exist\.\n$/,
  );
  expect(none).toMatchObject({ code: 2, stdout: '' });
  expect(none.stderr).toMatch(/^DATAVERSE_SERVICEBUS_CONNECTION lacks EntityPath, and no --queue was given/);
});

test('wrong use ends with 2 before anything is sent, and repeats no secret', async () => {
  const fake = await startFake();
  const cli = cliFor(fake);
  const wrong: [string[], RegExp][] = [
    [[], /^Usage: connector dataverse/],
    [['rescue'], /^There is no command "rescue"\./],
    [['check', CONNECTION], /^There are too many arguments for "check"\./],
    [[`--${CONNECTION}`], /^There is no option "--Endpoint"\./],
    [['check', '--dry-run'], /^There is no option "--dry-run"\./],
    [['register', '--queue', 'a', '--topic', 'b'], /^Either --queue or --topic/],
    [['register', '--queue', 'other'], /is for "assignments", not for the queue "other"/],
    [['register', '--org', 'http://contoso.crm.dynamics.com'], /^The environment's URL must use https/],
    [['register', '--mapping', '/team'], /"\/team" cannot be read \(ENOENT\)\. Use one of the presets/],
    [['register', '--name', ' '], /^--name should have 1 to 200 characters\./],
    [['remove'], /^There is no terminal to ask on: say --yes\./],
  ];
  const results = await Promise.all(wrong.map(([args]) => cli(...args)));
  for (const [i, result] of results.entries()) {
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toMatch(wrong[i]?.[1] ?? /never/);
  }
  const [help, noKey] = await Promise.all([
    cli('--help'),
    cliFor(fake, { DATAVERSE_SERVICEBUS_CONNECTION: '' })('register'),
  ]);
  expect(help).toMatchObject({ code: 0, stderr: '' });
  expect(noKey).toMatchObject({ code: 1, stdout: '' });
  expect(noKey.stderr).toMatch(/is not registered yet: set DATAVERSE_SERVICEBUS_CONNECTION to /);
  expect(writes(fake)).toEqual([]);
  expectNoSecret(...results, help, noKey);
});

test('as a process, with the token of the Azure login', async () => {
  const fake = await startFake();
  const bin = temporaryFolder();
  const asked = join(bin, 'asked');
  // What "az account get-access-token" prints.
  const answer = {
    accessToken: TOKEN,
    expires_on: Math.floor(Date.now() / 1000) + 3600,
    tokenType: 'Bearer',
  };
  writeFileSync(join(bin, 'az'), `#!/bin/sh\necho "$*" >> ${asked}\necho '${JSON.stringify(answer)}'\n`);
  chmodSync(join(bin, 'az'), 0o755);
  const env = { AZURE_TOKEN_CREDENTIALS: 'AzureCliCredential', PATH: `${bin}:/usr/bin:/bin` };
  const loggedIn = await runProcess(['check', '--org', fake.url], env);
  expect(loggedIn).toMatchObject({ code: 1, stderr: '' });
  expect(loggedIn.stdout).toMatch(/^Service endpoint "COR connector" is missing\.\n/);
  // One token for all requests.
  expect(readFileSync(asked, 'utf8')).toBe(`account get-access-token --output json --resource ${fake.url}\n`);
  const done = await runProcess(['register'], settingsFor(fake));
  expect(done).toMatchObject({ code: 0, stderr: '' });
  expect(done.stdout).toMatch(NEXT);
  expectNoSecret(loggedIn, done);
}, 60_000);

test('without an Azure login it says how to get one, and not what the login said', async () => {
  const fake = await startFake();
  const nobody = cliFor(fake, { DATAVERSE_STATIC_TOKEN: '' });
  const nothing = cliFor(
    fake,
    { DATAVERSE_STATIC_TOKEN: '' },
    { credential: async () => ({ getToken: async () => null }) },
  );
  expect(await nobody('check')).toEqual({
    code: 3,
    stdout: '',
    stderr: `No token for ${fake.url}/.default (Error). Run "az login", or set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET of an application user of the environment; in Azure check the app's managed identity.\n`,
  });
  expect((await nothing('check')).stderr).toMatch(/^No token for \S+: nobody is logged in\. Run "az login"/);
});

test('remove asks, and only yes removes', async () => {
  const fake = await startFake();
  await registerAll(connectTo(fake));
  const answer = (input: string) =>
    cliFor(fake, {}, { columns: 120, input, env: { NO_COLOR: '1' } })('remove');
  const no = await answer('y\n');
  expect(no.code).toBe(1);
  expect(no.stderr).toContain('Remove these 9? Type yes: ');
  expect(no.stderr).toContain('Nothing was removed.');
  expect(no.stdout.trim().split('\n')).toHaveLength(9);
  expect(everyRow(fake)).toHaveLength(9);
  expect(await answer('yes\n')).toMatchObject({ code: 0 });
  expect(everyRow(fake)).toEqual([]);
  expect(await answer('')).toMatchObject({
    code: 0,
    stdout: 'Nothing is registered under the name "COR connector".\n',
  });
});

test('an environment that is not there or refuses is a clear error, and the static token stays on this machine', async () => {
  const fake = await startFake();
  const [nobody, refused, away] = await Promise.all([
    cliFor({ url: 'http://127.0.0.1:1' })('check'),
    cliFor(fake, { DATAVERSE_STATIC_TOKEN: 'another' })('check'),
    cliFor({ url: 'https://contoso.crm.dynamics.com' })('check'),
  ]);
  expect(nobody).toEqual({
    code: 3,
    stdout: '',
    stderr:
      'GET /api/data/v9.2/WhoAmI: no answer from http://127.0.0.1:1 (ECONNREFUSED). Check --org and the network; it is safe to try again.\n',
  });
  expect(refused).toMatchObject({ code: 3, stdout: '' });
  expect(refused.stderr).toMatch(/WhoAmI: HTTP 401\n.* role System Customizer or System Administrator\.\n$/);
  expect(away).toEqual({
    code: 2,
    stdout: '',
    stderr:
      'DATAVERSE_STATIC_TOKEN is for a stand-in on this machine: unset it.\nSee: connector dataverse check --help\n',
  });
});
