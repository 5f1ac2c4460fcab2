import { globSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const REPOSITORY = join(import.meta.dirname, '..');
const { dependencies } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8'));

/** What a file imports, types and late imports too. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(REPOSITORY, file), 'utf8');
  const found = text.matchAll(/(?:^|\s)(?:from|import)\s*\(?\s*'([^']+)'/gm);
  return [...found].flatMap(([, specifier = '']) => [specifier]);
}

/** `@azure/identity/x` → `@azure/identity` */
const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

const APP = globSync(['src/**/*.ts', 'functions/**/*.ts'], { cwd: REPOSITORY });

it('the app loads nothing that only commands, the local system or development need', () => {
  expect(APP.length).toBeGreaterThan(100);
  const wrong = APP.flatMap((file) =>
    importsOf(file)
      .filter((specifier) =>
        specifier.startsWith('.')
          ? /\/(cli|local|bench|infra|test)\//.test(specifier)
          : !specifier.startsWith('node:') &&
            !builtinModules.includes(specifier) &&
            !Object.hasOwn(dependencies, packageOf(specifier)),
      )
      .map((specifier) => `${file}: ${specifier}`),
  );
  expect(wrong).toEqual([]);
});

it('nothing in src/ reads the terminal or writes to it', () => {
  const terminal = APP.filter((file) => file.startsWith('src/')).filter((file) =>
    /process\.(stdin|stdout|stderr|exit)\b|\bconsole\.\w+\(|node:readline|node:tty/.test(
      readFileSync(join(REPOSITORY, file), 'utf8'),
    ),
  );
  expect(terminal).toEqual([]);
});

it('bench/ and test/ are told apart: what both need is in local/, and only test/bench tests the bench', () => {
  const crossing = globSync(['bench/**/*.ts', 'test/**/*.ts', 'local/**/*.ts'], { cwd: REPOSITORY })
    .filter((file) => !file.startsWith('test/bench/'))
    .flatMap((file) =>
      importsOf(file)
        .filter((specifier) => specifier.startsWith('.'))
        .map((specifier) => join(file, '..', specifier))
        .filter((to) => /^(bench|test)\//.test(to) && to.split('/')[0] !== file.split('/')[0])
        .map((to) => `${file}: ${to}`),
    );
  expect(crossing).toEqual([]);
});
