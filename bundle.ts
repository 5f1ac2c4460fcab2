import { readdirSync, rmSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Plugin } from 'esbuild';

/*
 * Builds `dist/index.cjs`, and beside it a file for each module that the code imports only when it needs it. In one
 * file they would cost every cold start the time to read and look through them all, three times what the rest takes.
 * What `index.cjs` holds anyway, those files take from there: nothing is deployed, loaded or made twice. esbuild's own
 * splitting knows only ES modules, and moves what is shared before what comes first in `functions/index.ts`.
 */

const REPOSITORY = fileURLToPath(new URL('.', import.meta.url));
const DIST = join(REPOSITORY, 'dist/');
const INDEX = join(REPOSITORY, 'functions/index.ts');
/** Packages that a late file takes from `index.cjs`, if they are the same file there. Its own modules it takes anyway. */
const SHARED_PACKAGES = ['undici', 'zod'];

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

/** Turns imports of what `index.cjs` holds into look-ups there, and gathers what it has to hand out for that. */
function fromIndex(held: ReadonlySet<string>, shared: Set<string>): Plugin {
  return {
    name: 'from-index',
    setup({ onResolve, onLoad, resolve }) {
      onResolve({ filter: /.*/ }, async ({ kind, path, importer, resolveDir, pluginData }) => {
        const isOwn = path.startsWith('.') && !importer.includes('node_modules');
        if (kind !== 'import-statement' || pluginData === 'resolving') return undefined;
        if (!isOwn && !SHARED_PACKAGES.includes(path)) return undefined;
        const found = await resolve(path, { kind, resolveDir, pluginData: 'resolving' });
        const file = relative(REPOSITORY, found.path);
        if (found.external || !held.has(file)) return undefined;
        shared.add(file);
        return { path: file, namespace: 'from-index' };
      });
      onLoad({ filter: /.*/, namespace: 'from-index' }, ({ path }) => ({
        contents: `module.exports = require('./index.cjs').shared[${JSON.stringify(path)}];`,
      }));
      onResolve({ filter: /^\.\/index\.cjs$/, namespace: 'from-index' }, ({ path }) => ({
        path,
        external: true,
      }));
    },
  };
}

/** The app, and after it what late files take from it: their paths in the repository are the keys. */
function entryWith(shared: Iterable<string>): string {
  const paths = [...shared].sort().map((path) => JSON.stringify(path));
  const imports = paths.map((path, at) => `import * as m${at} from ${path.replace('"', '"./')};`);
  const entries = paths.map((path, at) => `${path}: m${at}`);
  return [`import './functions/index.ts';`, ...imports, `export const shared = { ${entries} };`].join('\n');
}

const late = new Map<string, Late>();
const first = await build({
  ...OPTIONS,
  entryPoints: { index: INDEX },
  write: false,
  plugins: [apart(late)],
});
const held = new Set(Object.keys(first.metafile.inputs));

const shared = new Set<string>();
const built = new Set<string>();
// What comes apart may import more of the kind.
for (let left = [...late]; left.length > 0; left = [...late].filter(([name]) => !built.has(name))) {
  for (const [name, { file, isPackage }] of left) {
    // Lines of a package's stack trace say little, and its functions keep their names.
    const options = { ...OPTIONS, minifyWhitespace: isPackage };
    const plugins = [fromIndex(held, shared), apart(late)];
    await build({ ...options, entryPoints: { [name]: file }, plugins });
    built.add(name);
  }
}

const stdin = {
  contents: entryWith(shared),
  resolveDir: REPOSITORY,
  sourcefile: 'entry.ts',
  loader: 'ts',
} as const;
await build({ ...OPTIONS, stdin, entryNames: 'index', plugins: [apart(late)] });
built.add('index');

// A file that no build writes any more must not get into a package.
for (const file of readdirSync(DIST))
  if (file.endsWith('.cjs') && !built.has(basename(file, '.cjs'))) rmSync(join(DIST, file));
