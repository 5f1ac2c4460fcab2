import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { expect, test } from 'vitest';
import { REPOSITORY } from '../settings/settings-read.ts';

/** The check as the build puts it before everything else, in a process that says it is of another version. */
function load(version: string) {
  const [, check = ''] =
    /const NODE_CHECK = `([\s\S]*?)`;/.exec(readFileSync(join(REPOSITORY, 'bundle.ts'), 'utf8')) ?? [];
  const code = `Object.defineProperty(process.versions, 'node', { value: '${version}' });${check}`;
  expect(buildSync({ stdin: { contents: code }, write: false }).errors).toEqual([]);
  return spawnSync(process.execPath, ['--eval', code], { encoding: 'utf8' });
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
