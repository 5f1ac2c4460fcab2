import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { BICEP } from './infra-files.ts';

const SCRIPT = resolve(import.meta.dirname, '../../infra/check-bicep.sh');

/** Stands in for the compiler: formats a file to what it is, and does `also` for each command. The real one runs in CI. */
async function checked(also: string) {
  const folder = mkdtempSync(join(tmpdir(), 'bicep-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const bicep = join(folder, 'bicep');
  writeFileSync(bicep, `#!/bin/sh\n${also}\n[ "$1" != format ] || cat "$3"\n`);
  chmodSync(bicep, 0o755);
  try {
    const { stdout } = await promisify(execFile)(SCRIPT, [bicep]);
    return { code: 0, stdout };
  } catch (error) {
    const { code, stdout } = error as { code: number; stdout: string };
    return { code, stdout };
  }
}

test('every template and parameter file is built, linted and formatted', async () => {
  const { code, stdout } = await checked(`echo "$@" >> "$0.log"; [ "$1" != --version ] || cat "$0.log"`);
  expect(code).toBe(0);
  for (const name of BICEP.keys())
    for (const command of ['build --stdout', 'lint', 'format --stdout'])
      expect(stdout).toContain(`${command} ${name}\n`);
  expect(stdout).toContain('build-params --stdout example.bicepparam\n');
  expect(stdout).toContain('\n0 problems\n');
});

test.each([
  [
    'a warning, which the compiler lets pass',
    '[ "$1 $2" != "lint main.bicep" ] || echo "a Warning" >&2',
    'a Warning',
  ],
  ['an error', '[ "$1" != build ] || exit 1', 'build --stdout main.bicep'],
  ['another format', '[ "$1" != format ] || echo "// more"', 'main.bicep is not as'],
])('%s fails it', async (_, also, expected) => {
  const { code, stdout } = await checked(also);
  expect(code).toBe(1);
  expect(stdout).toContain(expected);
});

test('no compiler fails it', async () => {
  await expect(promisify(execFile)(SCRIPT, ['/nowhere/bicep'])).rejects.toMatchObject({ code: 1 });
});
