import { strFromU8, strToU8, unzipSync, type Zippable, zipSync } from 'fflate';

/** What goes into the deployment zip, beside the package.json that is made for it. */
export interface PackageParts {
  readonly name: string;
  readonly version: string;
  /** Path of the bundle inside the zip, such as `dist/index.cjs`. */
  readonly main: string;
  readonly bundle: Uint8Array;
  /** What the bundle loads when it needs it, by path inside the zip. */
  readonly loadedLater?: Readonly<Record<string, Uint8Array>>;
  readonly hostJson: Uint8Array;
  /** A mapping of one's own, text of its JSON file. */
  readonly mapping?: Uint8Array;
  /** Files that the mapping names, by their names: they lie beside it. */
  readonly crossReferences?: Readonly<Record<string, Uint8Array>>;
}

/** The zip would deploy without an error and then do nothing, so it is not written. */
export class PackageError extends Error {
  override readonly name = 'PackageError';
}

/** Where a mapping of one's own lies in the app's folder, which is the worker's current folder in Azure: the value for `MAPPING`. */
export const MAPPING_FILE = 'mapping.json';

/** DOS time has no zone: the local time zone's 1980-01-01 gives the same bytes everywhere. Readable by every user, written by Unix. */
const SAME_EVERY_TIME = {
  mtime: new Date(1980, 0, 1),
  os: 3,
  attrs: 0o100644 << 16,
} as const;

function json(value: object): Uint8Array {
  return strToU8(`${JSON.stringify(value, null, 2)}\n`);
}

/** The same parts give the same bytes. Throws `PackageError` instead of giving a zip that Azure would take and then run nothing of. */
export function deploymentZip(parts: PackageParts): Uint8Array {
  const { name, version, main, bundle, loadedLater, hostJson, mapping, crossReferences = {} } = parts;
  // `commonjs` as the bundle is; the repository's own package.json says `module`, and scripts and dependencies are not for the app.
  const packageJson = json({ name, version, private: true, type: 'commonjs', main });
  const files: Zippable = {
    'host.json': hostJson,
    'package.json': packageJson,
    [main]: bundle,
    ...loadedLater,
    ...(mapping && { [MAPPING_FILE]: mapping }),
  };
  for (const [file, content] of Object.entries(crossReferences)) {
    if (Object.hasOwn(files, file))
      throw new PackageError(`A cross-reference cannot be called ${file}: the zip has such a file.`);
    files[file] = content;
  }
  const zip = zipSync(files, SAME_EVERY_TIME);
  verifyZip(zip);
  return zip;
}

function readJson(files: Readonly<Record<string, Uint8Array>>, name: string): Record<string, unknown> {
  const file = files[name];
  if (!file) throw new PackageError(`The zip holds no ${name} at its root.`);
  try {
    return JSON.parse(strFromU8(file));
  } catch {
    throw new PackageError(`${name} is no JSON.`);
  }
}

/**
 * Reads a finished zip back and checks what the host needs to find the functions: a `main` that names no file deploys without any error
 * and leaves an app with no functions. Throws `PackageError`.
 */
export function verifyZip(zip: Uint8Array): void {
  const files = unzipSync(zip);
  const { version } = readJson(files, 'host.json');
  if (version !== '2.0') throw new PackageError('host.json should have "version": "2.0".');
  const { main, type } = readJson(files, 'package.json');
  if (typeof main !== 'string') throw new PackageError('package.json names no main file.');
  const entry = Object.hasOwn(files, main) ? files[main] : undefined;
  if (!entry || entry.length === 0)
    throw new PackageError(
      `package.json names ${main} as main, and the zip holds no such file or an empty one. Run npm run build; see what esbuild writes.`,
    );
  if (!main.endsWith('.cjs') && type !== 'commonjs')
    throw new PackageError(`${main} would be loaded as an ES module, and the bundle is CommonJS.`);
}
