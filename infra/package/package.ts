import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { loadMapping } from '../../src/dynamics/mapping.ts';
import { withoutByteOrderMark } from '../../src/json.ts';
import { deploymentZip, MAPPING_FILE, type PackageParts } from './deployment-zip.ts';
import { registeredFunctions } from './registered-functions.ts';

const USAGE = `Builds the connector and makes the zip that is deployed: host.json, package.json and the bundle with the
parts that it loads when it needs them, nothing else.

  npm run package                          writes dist/app.zip
  npm run package -- --mapping FILE        also puts a mapping of your own into it, as ${MAPPING_FILE}; then set MAPPING to ${MAPPING_FILE}
  npm run package -- --out FILE            writes elsewhere

The same sources give the same bytes. The zip is loaded once, as Azure would, before it is written.
Exit code: 0 ok, 1 the package is not right, 2 wrong use.`;

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

const rootPackage = z.object({ name: z.string(), version: z.string(), main: z.string() });
const sampleSettings = z.object({ Values: z.record(z.string(), z.string()) });

/** The sample's settings with its placeholders filled in: the app refuses `<namespace>`, and nothing is reached by loading it. */
function settingsForLoading(): Record<string, string> {
  const { Values } = sampleSettings.parse(readJson('local.settings.sample.json'));
  return Object.fromEntries(
    Object.entries(Values).map(([name, value]) => [name, value.replaceAll(/<[^>]+>/g, 'placeholder')]),
  );
}

class UsageError extends Error {}

function inRepository(path: string): Buffer {
  return readFileSync(join(REPOSITORY, path));
}

function readJson(path: string): unknown {
  return JSON.parse(inRepository(path).toString());
}

function readCommandLine() {
  try {
    return parseArgs({
      options: {
        mapping: { type: 'string' },
        out: { type: 'string', default: join(REPOSITORY, 'dist/app.zip') },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n\n${USAGE}`);
  }
}

/** The files that the build wrote beside the bundle, in the same order everywhere. */
function filesBeside(bundle: string): Record<string, Buffer> {
  const folder = dirname(bundle);
  const paths = readdirSync(join(REPOSITORY, folder))
    .filter((name) => name.endsWith('.cjs'))
    .map((name) => `${folder}/${name}`)
    .filter((path) => path !== bundle)
    .sort();
  return Object.fromEntries(paths.map((path) => [path, inRepository(path)]));
}

/** The members of a mapping, which has been checked, that name files beside it. */
const mappingFiles = z.object({
  user: z.object({ crossReference: z.string().optional() }),
  workspace: z.object({ crossReference: z.string().optional() }),
});

function readMapping(path: string): Pick<PackageParts, 'mapping' | 'crossReferences'> {
  try {
    loadMapping(resolve(path));
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
  const mapping = readFileSync(path);
  const { user, workspace } = mappingFiles.parse(JSON.parse(withoutByteOrderMark(mapping.toString('utf8'))));
  const files = [user, workspace].flatMap(({ crossReference }) => crossReference ?? []);
  const beside = files.map((file) => [file, readFileSync(join(dirname(path), file))]);
  return { mapping, crossReferences: Object.fromEntries(beside) };
}

async function main(): Promise<void> {
  const { mapping, out, help } = readCommandLine();
  if (help) {
    console.log(USAGE);
    return;
  }
  const { name, version, main: bundle } = rootPackage.parse(readJson('package.json'));
  const zip = deploymentZip({
    name,
    version,
    main: bundle,
    bundle: inRepository(bundle),
    loadedLater: filesBeside(bundle),
    hostJson: inRepository('host.json'),
    ...(mapping !== undefined && readMapping(mapping)),
  });
  const functions = await registeredFunctions(zip, {
    ...settingsForLoading(),
    ...(mapping !== undefined && { MAPPING: MAPPING_FILE }),
  });
  mkdirSync(dirname(out), { recursive: true });
  writeFileSync(out, zip);
  console.log(`${relative('.', out)}: ${(zip.length / 1_000).toFixed(0)} kB`);
  console.log(`Functions: ${functions.map((one) => one.name).join(', ')}`);
  if (mapping !== undefined) console.log(`Set MAPPING to ${MAPPING_FILE} in the app's settings.`);
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
