import { readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Plugin } from 'esbuild';

/*
 * Builds `dist/index.cjs`, and beside it a file for each module that the code imports only when it needs it. In one file they would cost
 * every cold start the time to read and look through them all, three times what the rest takes. esbuild splits only ES modules, and
 * the Functions library is CommonJS.
 */

const DIST = fileURLToPath(new URL('dist/', import.meta.url));

const OPTIONS = {
  bundle: true,
  platform: 'node',
  target: 'node22',
  format: 'cjs',
  external: ['@azure/functions-core'],
  // An import of a file of our own, when it is needed, becomes a require of it.
  supported: { 'dynamic-import': false },
  outdir: DIST,
  outExtension: { '.js': '.cjs' },
  sourcemap: true,
  legalComments: 'none',
  logLevel: 'warning',
} satisfies BuildOptions;

/** `@azure/service-bus` → `azure-service-bus`, `./open-telemetry.ts` → `open-telemetry`. */
function fileName(specifier: string): string {
  const name = specifier.startsWith('.') ? basename(specifier, '.ts') : specifier;
  return name.replace('@', '').replaceAll('/', '-');
}

/** Turns what this code imports when it needs it into references to files of their own, and gathers what has to become one. */
function apart(found: Map<string, string>): Plugin {
  return {
    name: 'apart',
    setup({ onResolve, resolve }) {
      onResolve({ filter: /.*/ }, async ({ kind, path, importer, resolveDir, pluginData }) => {
        // Packages keep what they import together: they were never tried in another form.
        if (kind !== 'dynamic-import' || pluginData === 'resolving' || importer.includes('node_modules'))
          return undefined;
        const {
          path: file,
          errors,
          external,
        } = await resolve(path, { kind, resolveDir, pluginData: 'resolving' });
        if (errors.length > 0 || external) return { errors, external, path: file };
        const name = fileName(path);
        if ((found.get(name) ?? file) !== file)
          return { errors: [{ text: `Both ${found.get(name)} and ${file} would become ${name}.cjs` }] };
        found.set(name, file);
        return { path: `./${name}.cjs`, external: true };
      });
    },
  };
}

const files = new Map([['index', fileURLToPath(new URL('functions/index.ts', import.meta.url))]]);
const built = new Set<string>();
// What comes apart may import more of the kind.
for (let left = [...files]; left.length > 0; left = [...files].filter(([name]) => !built.has(name))) {
  await build({ ...OPTIONS, entryPoints: Object.fromEntries(left), plugins: [apart(files)] });
  for (const [name] of left) built.add(name);
}

// A file that no build writes any more must not get into a package.
for (const file of readdirSync(DIST))
  if (file.endsWith('.cjs') && !built.has(basename(file, '.cjs'))) rmSync(join(DIST, file));
