import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const MESSAGES = join(PROJECT, 'local/events/messages/project-team');
const TEAM = '01-create-percentage.succeeded.json';

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(
  program: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Ended> {
  return new Promise((done) => {
    execFile(program, [...args], { cwd, env }, (error, stdout, stderr) =>
      done({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}

test('./connector runs from anywhere, and finds files from there', async () => {
  const { code, stdout } = await run(
    join(PROJECT, 'connector'),
    ['translate', TEAM, '--mapping', 'project-team'],
    MESSAGES,
  );
  expect(JSON.parse(stdout)).toMatchObject({ outcome: 'apply' });
  expect(code).toBe(0);
  const version = await run(join(PROJECT, 'connector'), ['--version'], tmpdir());
  expect(version.stdout).toMatch(/^dynamics-to-cor \d+\.\d+\.\d+, Node\.js \d+\.\d+\.\d+\n$/);
});

test('an npm script finds files from where the person stands', async () => {
  const args = ['run', '--silent', 'translate', '--', TEAM, '--mapping', 'project-team'];
  const { code, stdout, stderr } = await run('npm', args, MESSAGES);
  expect([code, stderr]).toEqual([0, '']);
  expect(JSON.parse(stdout)).toMatchObject({ outcome: 'apply' });
});

test.each([
  [['--dry-run'], '--dry-run'],
  [['--reason=NotJson'], '--reason'],
  [['--max=5'], '--max'],
  [['--row', 'x'], '--row'],
])('npm run dead-letters replay %j without -- does nothing', async (options, named) => {
  const settings = {
    ServiceBusConnection: 'Endpoint=sb://127.0.0.1:1;SharedAccessKeyName=a;SharedAccessKey=b',
  };
  const env = { ...process.env, ...settings, ServiceBusQueueName: 'q' };
  const { code, stderr } = await run(
    'npm',
    ['run', '--silent', 'dead-letters', 'replay', ...options],
    PROJECT,
    env,
  );
  expect(stderr).toContain(`npm has ${named} as an option of its own`);
  expect(stderr).toContain(
    'Nothing was done. Use ./connector instead of npm ("./connector dead-letters replay',
  );
  expect(code).toBe(2);
});

test.each(['cli/start.js', 'local/start.js'])(
  '%s: a Node.js that is too old is named, with what to do',
  async (file) => {
    const start = JSON.stringify(join(PROJECT, file));
    const pretend = "Object.defineProperty(process.versions, 'node', { value: '20.20.2' })";
    const { code, stdout, stderr } = await run(
      process.execPath,
      ['-e', `${pretend}; import(${start})`],
      tmpdir(),
    );
    expect(stderr).toMatch(
      /^This is Node\.js 20\.20\.2, and the connector needs 22\.19 or newer\. "npm ci" installs one/,
    );
    expect([code, stdout]).toEqual([2, '']);
  },
);
