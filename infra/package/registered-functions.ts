import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { unzipSync } from 'fflate';
import type { FunctionMetadata } from '../../local/host/core-types.ts';
import { PackageError } from './deployment-zip.ts';

const LIST_FUNCTIONS = fileURLToPath(new URL('list-functions.ts', import.meta.url));
const LOAD_TIMEOUT_MS = 60_000;

/** Unpacks a zip into a folder, as the platform does. */
function unpack(zip: Uint8Array, folder: string): void {
  for (const [name, bytes] of Object.entries(unzipSync(zip))) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
  }
}

/**
 * Loads a zip as the Functions worker would: unpacked into an empty folder far from any `node_modules`, with these app settings and no
 * other environment. Gives the functions that it registers; throws `PackageError` when it does not load or registers none.
 */
export async function registeredFunctions(
  zip: Uint8Array,
  settings: Readonly<Record<string, string>>,
): Promise<FunctionMetadata[]> {
  const folder = mkdtempSync(join(tmpdir(), 'cor-connector-'));
  try {
    unpack(zip, folder);
    const { stdout } = await promisify(execFile)(process.execPath, [LIST_FUNCTIONS, folder], {
      env: { ...settings },
      timeout: LOAD_TIMEOUT_MS,
    });
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    throw new PackageError(`The package does not load: ${stderr?.trim() || String(error)}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
