import { readdirSync, rmSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Plugin } from 'esbuild';

/*
 * Builds the app. `dist/index.cjs` registers the functions; `common.cjs` holds the connector and the two packages that
 * it always needs. Beside them stands a file for each module that the code imports only when it needs it: in one file
 * they would cost every cold start the time to read and look through them all, three times what the rest takes. And one
 * for each thread, which must not register functions. What stands in `common.cjs` all of them take from there: nothing
 * is deployed, loaded or made twice. It runs whole when it is first asked for, so what `functions/index.ts` has to do
 * before anything else must need nothing of it. esbuild's own splitting knows only ES modules.
 */

const REPOSITORY = fileURLToPath(new URL('.', import.meta.url));
const DIST = join(REPOSITORY, 'dist/');
const INDEX = join(REPOSITORY, 'functions/index.ts');
/** What runs in a thread of its own: `new Worker(…)` names the file beside the one that starts it. */
const THREADS = ['src/reconcile/run-thread.ts'];
const COMMON_PACKAGES = ['undici', 'zod'];

const OPTIONS = {
  bundle: true,
  platform: 'node',
  target: 'node22',
  format: 'cjs',
  external: ['@azure/functions-core'],
  // An import of a file of our own, when it is needed, becomes a require of it.
  supported: { 'dynamic-import': false },
  absWorkingDir: REPOSITORY,
  outdir: DIST,
  outExtension: { '.js': '.cjs' },
  sourcemap: true,
  metafile: true,
  // A file of the bundle knows where it lies as a module of the sources does.
  define: { 'import.meta.url': 'fileUrl' },
  banner: { js: "const fileUrl = require('node:url').pathToFileURL(__filename).href;" },
  legalComments: 'none',
  logLevel: 'warning',
} satisfies BuildOptions;

/** `@azure/service-bus` → `azure-service-bus`, `./open-telemetry.ts` → `open-telemetry`. */
function fileName(specifier: string): string {
  const name = specifier.startsWith('.') ? basename(specifier, '.ts') : specifier;
  return name.replace('@', '').replaceAll('/', '-');
}

/** A late file: what is imported when it is needed, and whether it is a package and not a module of our own. */
interface Late {
  readonly file: string;
  readonly isPackage: boolean;
}

/** Turns what this code imports when it needs it into references to files of their own, and gathers what has to become one. */
function apart(late: Map<string, Late>): Plugin {
  return {
    name: 'apart',
    setup({ onResolve, resolve }) {
      onResolve({ filter: /.*/ }, async ({ kind, path, importer, resolveDir, pluginData }) => {
        // Packages keep what they import together: they were never tried in another form.
        if (kind !== 'dynamic-import' || pluginData === 'resolving' || importer.includes('node_modules'))
          return undefined;
        const found = await resolve(path, { kind, resolveDir, pluginData: 'resolving' });
        if (found.errors.length > 0 || found.external)
          return { errors: found.errors, external: found.external, path: found.path };
        const name = fileName(path);
        const known = late.get(name)?.file ?? found.path;
        if (known !== found.path)
          return { errors: [{ text: `Both ${known} and ${found.path} would become ${name}.cjs` }] };
        late.set(name, { file: found.path, isPackage: !path.startsWith('.') });
        return { path: `./${name}.cjs`, external: true };
      });
    },
  };
}

/** Turns imports of what `common.cjs` holds into look-ups there. */
function fromCommon(common: ReadonlySet<string>): Plugin {
  return {
    name: 'from-common',
    setup({ onResolve, onLoad, resolve }) {
      onResolve({ filter: /.*/ }, async ({ kind, path, importer, resolveDir, pluginData }) => {
        if (kind !== 'import-statement' || pluginData === 'resolving') return undefined;
        if (importer.includes('node_modules') && !COMMON_PACKAGES.includes(path)) return undefined;
        const found = await resolve(path, { kind, resolveDir, pluginData: 'resolving' });
        const file = relative(REPOSITORY, found.path);
        return found.external || !common.has(file) ? undefined : { path: file, namespace: 'from-common' };
      });
      onLoad({ filter: /.*/, namespace: 'from-common' }, ({ path }) => ({
        contents: `module.exports = require('./common.cjs').modules[${JSON.stringify(path)}];`,
      }));
      onResolve({ filter: /^\.\/common\.cjs$/, namespace: 'from-common' }, ({ path }) => ({
        path,
        external: true,
      }));
    },
  };
}

/** Hands out each of these modules. Paths in the repository are the keys. */
function commonEntry(common: Iterable<string>): string {
  const paths = [...common].sort();
  const imports = paths.map((path, at) => `import * as m${at} from './${path}';`);
  const members = paths.map((path, at) => `${JSON.stringify(path)}: m${at},`);
  return `${imports.join('\n')}\nexport const modules = {\n${members.join('\n')}\n};`;
}

/** The connector's own modules that the app loads at its start, and the packages that are common to its files. */
async function findCommon(late: Map<string, Late>): Promise<Set<string>> {
  const { metafile } = await build({
    ...OPTIONS,
    entryPoints: { index: INDEX },
    write: false,
    plugins: [apart(late)],
  });
  const packages = COMMON_PACKAGES.map((name) => `node_modules/${name}/index.js`);
  const found = Object.keys(metafile.inputs).filter(
    (path) => path.startsWith('src/') || packages.includes(path),
  );
  return new Set(found);
}

const late = new Map<string, Late>();
const common = await findCommon(late);
for (const path of THREADS)
  late.set(basename(path, '.ts'), { file: join(REPOSITORY, path), isPackage: false });

const contents = commonEntry(common);
const stdin = { contents, resolveDir: REPOSITORY, sourcefile: 'common.ts', loader: 'ts' } as const;
await build({ ...OPTIONS, stdin, entryNames: 'common', plugins: [apart(late)] });
await build({
  ...OPTIONS,
  entryPoints: { index: INDEX },
  plugins: [fromCommon(common), apart(late)],
});

const built = new Set(['common', 'index']);
// What comes apart may import more of the kind.
for (let left = [...late]; left.length > 0; left = [...late].filter(([name]) => !built.has(name))) {
  for (const [name, { file, isPackage }] of left) {
    // Lines of a package's stack trace say little, and its functions keep their names.
    const options = { ...OPTIONS, minifyWhitespace: isPackage };
    await build({ ...options, entryPoints: { [name]: file }, plugins: [fromCommon(common), apart(late)] });
    built.add(name);
  }
}

// A file that no build writes any more must not get into a package.
for (const file of readdirSync(DIST))
  if (file.endsWith('.cjs') && !built.has(basename(file, '.cjs'))) rmSync(join(DIST, file));
