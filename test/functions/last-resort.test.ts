import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { REPOSITORY } from '../settings/settings-read.ts';

test('no promise is left alone that could reject: that would end the process with all messages under way', () => {
  const left = globSync('{src,functions}/**/*.ts', { cwd: REPOSITORY }).flatMap((file) =>
    [...readFileSync(join(REPOSITORY, file), 'utf8').matchAll(/^\s*void ([\w.]+)/gm)].map(
      ([, call = '']) => call,
    ),
  );
  expect(left).toEqual([]);
});

/** The last-resort handler in a process of its own, with a rejection that nobody waits for. */
function reject(thrown: string) {
  const code = `await import(${JSON.stringify(join(REPOSITORY, 'functions/last-resort.ts'))});
    Promise.reject(${thrown});
    await new Promise((resolve) => setTimeout(resolve, 50));
    console.log('still here');`;
  return spawnSync(process.execPath, ['--input-type=module', '--eval', code], {
    cwd: REPOSITORY,
    encoding: 'utf8',
    env: { PATH: process.env.PATH },
  });
}

test.each([
  ["Object.assign(new TypeError('secret'), { code: 'ERR_X' })", 'TypeError ERR_X'],
  ["'secret'", 'string'],
  ['undefined', 'undefined'],
])('a rejection that nobody waits for is logged by its kind, and the process goes on: %s', (thrown, kind) => {
  const { stdout, stderr, status } = reject(thrown);
  expect(`${stdout}${stderr}`).toContain(`{"evt":"app.unhandledRejection","errorCode":"${kind}"}`);
  expect(`${stdout}${stderr}`).not.toContain('secret');
  expect([stdout.trim().endsWith('still here'), status]).toEqual([true, 0]);
});
