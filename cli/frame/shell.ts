import type { EventEmitter } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { TokenCredential } from '@azure/identity';
import { credentialFor } from '../../src/credential.ts';

export type Output = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };

/** What commands have of the process that they run in; a test makes its own. */
export interface Shell {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly output: Output;
  readonly errors: Output;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where the person stands: a path among the arguments is relative to it. */
  readonly folder: string;
  /** Where `local.settings.json` and `.local/` are. */
  readonly project: string;
  /** The Azure login of the person. */
  credential(): Promise<TokenCredential>;
  /** Tells of `SIGINT` and `SIGTERM`. */
  readonly signals: Pick<EventEmitter, 'on' | 'off'>;
  /** Ends the process at once. */
  exit(code: number): void;
}

/** Whether npm started this program, by one of the scripts in package.json. */
export function isNpmScript({ npm_lifecycle_script: script }: Shell['environment']): boolean {
  return script?.includes('cli/start.js') === true;
}

/**
 * The shell of this process. npm goes to the project's folder first, and says in INIT_CWD where the person
 * stands.
 */
export function processShell(): Shell {
  const { stdin, stdout, stderr, env } = process;
  return {
    input: stdin,
    output: stdout,
    errors: stderr,
    environment: env,
    folder: (isNpmScript(env) && env.INIT_CWD) || process.cwd(),
    project: fileURLToPath(new URL('../..', import.meta.url)),
    credential: () => credentialFor(undefined),
    signals: process,
    exit: (code) => process.exit(code),
  };
}
