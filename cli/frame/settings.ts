import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { readStackFile } from '../../local/stack-file.ts';
import type { Connection } from '../../src/connection.ts';
import type { Source } from '../../src/settings-services.ts';
import type { Session } from './session.ts';
import type { Shell } from './shell.ts';
import { UsageError } from './usage-error.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Where a command finds its settings, by its options. */
export interface Where {
  readonly local?: boolean;
  readonly preset?: string;
  readonly mapping?: string;
}

const FILE = 'local.settings.json';

const localSettings = z.object({ Values: z.record(z.string(), z.string()) });

function fromFile(project: string): Record<string, string> {
  let text: string;
  try {
    text = readFileSync(join(project, FILE), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
  try {
    return localSettings.parse(JSON.parse(text.replace(/^\uFEFF/, ''))).Values;
  } catch {
    throw new UsageError(
      `${FILE} should be {"Values": {"NAME": "text", …}}, as local.settings.sample.json is.`,
    );
  }
}

function fromStack(preset: string, { project }: Shell): Environment {
  let stack: ReturnType<typeof readStackFile>;
  try {
    stack = readStackFile(project);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
  const settings = Object.hasOwn(stack, preset) ? stack[preset] : undefined;
  if (settings) return settings;
  throw new UsageError(`--preset: the local stack has ${Object.keys(stack).join(' and ')}, no other.`);
}

/**
 * A mapping as the app's settings name it: a preset, or a file that is looked for where the person stands.
 */
function mappingPath(nameOrPath: string, { folder }: Shell): string {
  const path = resolve(folder, nameOrPath);
  return existsSync(path) ? path : nameOrPath;
}

/**
 * The settings that a command uses: those of the running local stack, else `local.settings.json` of this
 * project with the environment on top, where the app itself finds them.
 */
export function commandSettings({ local, preset, mapping }: Where, { shell }: Session): Environment {
  const found = local
    ? fromStack(preset ?? 'resource-assignment', shell)
    : { ...fromFile(shell.project), ...shell.environment };
  return mapping === undefined ? found : { ...found, MAPPING: mappingPath(mapping, shell) };
}

function hostOf(connection: Connection, part: RegExp): string {
  if ('address' in connection) return connection.address.replace(/^https?:\/\//, '').replace(/\/$/, '');
  return part.exec(connection.connectionString)?.[1] ?? 'of the connection string';
}

/** `Ledger in storage account contoso` */
export function ledgerTarget(ledger: Connection | 'memory'): string {
  return `Ledger in storage account ${ledger === 'memory' ? '(memory)' : hostOf(ledger, /AccountName=([^;]+)/i)}`;
}
/** `Queue assignments in contoso.servicebus.windows.net` */
export function queueTarget(source: Source, serviceBus: Connection): string {
  const namespace = hostOf(serviceBus, /Endpoint=sb:\/\/([^/;]+)/i);
  const subscription =
    source.kind === 'topic'
      ? `Topic ${source.topic}, subscription ${source.subscription}, and queue`
      : 'Queue';
  return `${subscription} ${source.queue} in ${namespace}`;
}
