import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readSettings } from '../../src/settings.ts';
import { readTelemetrySettings } from '../../src/telemetry/settings.ts';

export const REPOSITORY = resolve(import.meta.dirname, '../..');

type Environment = Readonly<Record<string, string | undefined>>;

/** The functions that `process.env` is handed to, and what reads the settings in it. */
const READERS: Readonly<Record<string, (environment: Environment) => unknown>> = {
  readSettings,
  deferTelemetry: readTelemetrySettings,
};

/** Functions that `process.env` is handed to only to be written into. */
const WRITERS = ['silenceExporterStatistics'];

/** What a reader asks an environment for, all of it at once as both do. */
function namesAsked(read: (environment: Environment) => unknown): string[] {
  const names = new Set<string>();
  const environment = new Proxy<Environment>(
    {},
    {
      get(_, name) {
        names.add(String(name));
        return undefined;
      },
    },
  );
  try {
    read(environment);
  } catch {
    // An empty environment does not fit; by then everything was asked for.
  }
  return [...names];
}

/**
 * Every setting that the deployed code reads, found by watching the readers. Any other use of `process.env` in the code is either a plain
 * `process.env.NAME`, which counts too, or makes this throw.
 */
export function settingsRead(): string[] {
  const names = Object.values(READERS).flatMap(namesAsked);
  for (const file of globSync('{src,functions}/**/*.ts', { cwd: REPOSITORY })) {
    const code = readFileSync(join(REPOSITORY, file), 'utf8');
    for (const [use, reader, name] of code.matchAll(/(?:\b(\w+)\()?\bprocess\.env\b(?:\.(\w+))?/g)) {
      if (name !== undefined) names.push(name);
      else if (![...Object.keys(READERS), ...WRITERS].includes(reader ?? ''))
        throw new Error(`${file}: which settings does "${use}" read? Add the reader to READERS.`);
    }
  }
  return [...new Set(names)].sort();
}
