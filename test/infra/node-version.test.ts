import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { expect, test } from 'vitest';
import { spawnHost } from '../../local/host/spawn.ts';
import { REPOSITORY } from '../settings/settings-read.ts';

const claim = (version: string) =>
  `Object.defineProperty(process.versions, 'node', { value: '${version}' });`;

/** The check alone, as it is built, in a process that says it is of another version. */
function load(version: string) {
  const entry = join(REPOSITORY, 'functions/node-version.ts');
  const [built] = buildSync({ entryPoints: [entry], write: false }).outputFiles;
  return spawnSync(process.execPath, ['--eval', `${claim(version)}${built?.text}`], { encoding: 'utf8' });
}

test.each(['18.20.0', '20.19.5', '22.18.0'])(
  'the app says on Node %s which one it needs, and nothing else',
  (version) => {
    const { status, stderr } = load(version);
    expect(status).not.toBe(0);
    expect(stderr).toContain(
      `dynamics-to-cor needs Node 22.19 or later, and this is Node ${version}. In Azure set`,
    );
  },
);

test.each(['22.19.0', '24.11.0', '26.0.0'])('and loads on Node %s', (version) => {
  expect(load(version)).toMatchObject({ status: 0, stderr: '' });
});

test('the host tells it, because two functions are registered before', async () => {
  const old = `data:text/javascript,${encodeURIComponent(`if (process.argv[1].endsWith('worker.ts')) ${claim('20.19.5')}`)}`;
  await expect(
    spawnHost({ appDirectory: REPOSITORY, env: { NODE_OPTIONS: `--import=${old}` } }),
  ).rejects.toThrow('The Functions host did not start: dynamics-to-cor needs Node 22.19 or later');
});

test('it comes before all else that could fail on an old Node, and after the first function', () => {
  const index = readFileSync(join(REPOSITORY, 'functions/index.ts'), 'utf8');
  expect([...index.matchAll(/^import '\.\/(.*)\.ts';/gm)].map(([, name]) => name).slice(0, 2)).toEqual([
    'health-routes',
    'node-version',
  ]);
});
