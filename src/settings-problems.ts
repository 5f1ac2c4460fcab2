import type { Read } from './connection.ts';
import { SettingsError } from './settings-error.ts';

/** What is wrong with the settings, one sentence each. Values are never repeated, they may be secrets. */
export type Problems = string[];

/** The value, or one more problem. An empty setting is none. */
export function take<Value>(
  name: string,
  value: string | undefined,
  reader: (text: string) => Read<Value>,
  problems: Problems,
): Value | undefined {
  if (!value) return undefined;
  const result = reader(value);
  if (result.kind === 'read') return result.value;
  problems.push(`${name}: should be ${result.should}`);
  return undefined;
}

const onOneLine = (text: string): string => text.replaceAll(/\s*\n\s*/g, ' ');

export function settingsError(problems: Problems): SettingsError {
  return new SettingsError(
    // One line: the host takes console text line by line, and of several lines keeps those that it takes for
    // errors.
    `The settings do not fit, nothing was started. ${problems.map(onOneLine).join(' | ')}`,
  );
}
