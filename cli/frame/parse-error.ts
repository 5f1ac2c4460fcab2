import type { CommanderError } from 'commander';
import { quoted, UsageError } from './usage-error.ts';

const UNKNOWN = /^error: unknown (option|command) '([\s\S]*?)'(?:\n\(Did you mean ([^)]*)\?\))?$/;
const INVALID =
  /^error: (?:option '([^']*)'|command-argument value) [\s\S]*(?: is invalid| for argument '[^']*')\. ([\s\S]*)$/;
const MISSING_VALUE = /^error: option '([^']*)' argument missing$/;
const MISSING_ARGUMENT = /^error: missing required argument '([^']*)'$/;
const MISSING_OPTION = /^error: required option '([^']*)' not specified$/;

/**
 * What is wrong with the arguments, in words that repeat none that may be a secret: commander's own texts
 * repeat whatever was typed.
 */
export function usageErrorOf({ code, message }: CommanderError): UsageError {
  const [, kind, name = '', suggestion] = UNKNOWN.exec(message) ?? [];
  if (kind) {
    const meant = suggestion ? ` Did you mean ${suggestion}?` : '';
    return new UsageError(`There is no ${kind} ${quoted(name.split('=')[0] ?? '')}.${meant}`);
  }
  const [, option, words] = INVALID.exec(message) ?? [];
  if (words) return new UsageError(option ? `${option}: ${words}` : words);
  const missingValue = MISSING_VALUE.exec(message)?.[1];
  if (missingValue) return new UsageError(`${missingValue}: the value is missing.`);
  const missing = MISSING_ARGUMENT.exec(message)?.[1] ?? MISSING_OPTION.exec(message)?.[1];
  if (missing) return new UsageError(`${missing} is missing.`);
  if (code === 'commander.excessArguments')
    return new UsageError(
      `There are too many arguments${/ for '[\w-]+'/.exec(message)?.[0].replaceAll("'", '"') ?? ''}.`,
    );
  if (code === 'commander.conflictingOption')
    return new UsageError(`These options do not go together:${message.replace(/^error:/, '')}.`);
  return new UsageError('The arguments do not fit.');
}
