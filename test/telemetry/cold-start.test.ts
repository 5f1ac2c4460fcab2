import { build, type Metafile } from 'esbuild';
import { beforeAll, expect, it } from 'vitest';

const TELEMETRY = /node_modules\/(@opentelemetry|@azure\/monitor-opentelemetry-exporter)\//;
const OPEN = 'src/telemetry/open-telemetry.ts';

let inputs: Metafile['inputs'];

beforeAll(async () => {
  const { metafile } = await build({
    entryPoints: ['functions/index.ts'],
    bundle: true,
    platform: 'node',
    external: ['@azure/functions-core'],
    metafile: true,
    write: false,
    logLevel: 'silent',
  });
  inputs = metafile.inputs;
});

/** All that is evaluated when `entry` is: what is imported on demand is not. */
function evaluatedWith(entry: string): Set<string> {
  const found = new Set([entry]);
  for (const file of found) {
    for (const { path, kind, external } of inputs[file]?.imports ?? [])
      if (kind !== 'dynamic-import' && !external) found.add(path);
  }
  return found;
}

it('an app without telemetry evaluates nothing of it', () => {
  const files = [...evaluatedWith('functions/index.ts')];
  expect(files).toContain('src/telemetry/deferred.ts');
  expect(files.filter((file) => TELEMETRY.test(file) || file === OPEN)).toEqual([]);
});

it('the identity library is not evaluated when telemetry starts', () => {
  const files = [...evaluatedWith(OPEN)];
  expect(files.filter((file) => TELEMETRY.test(file)).length).toBeGreaterThan(20);
  expect(files.filter((file) => file.includes('node_modules/@azure/identity/'))).toEqual([]);
});

it('nothing but telemetry uses OpenTelemetry', () => {
  const users = Object.entries(inputs).filter(
    ([file, { imports }]) =>
      !file.startsWith('node_modules/') && imports.some(({ path }) => TELEMETRY.test(path)),
  );
  expect(users.length).toBeGreaterThan(0);
  for (const [file] of users) expect(file).toMatch(/^src\/telemetry\//);
});
