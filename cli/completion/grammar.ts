import type { Argument, Command, Option } from 'commander';
import { suggestionsOf } from '../frame/suggestions.ts';

/** What may stand in one place: words, and whether a file may too. */
export interface Values {
  readonly words: readonly string[];
  readonly files: boolean;
}

interface Flag {
  /** With its dashes. */
  readonly name: string;
  readonly about: string;
  /** `undefined` where none is taken. */
  readonly values: Values | undefined;
}

/** One command as the scripts of all shells know it. */
export interface Place {
  /** `dead-letters replay`; empty for the program itself. */
  readonly path: string;
  readonly below: readonly { readonly name: string; readonly about: string }[];
  readonly flags: readonly Flag[];
  /** Of the arguments, all in one: no command has two of a different kind. */
  readonly values: Values;
}

/** By the form that the help shows: `<file>`, `[files...]`, `<name|file>`. */
const takesFile = (form: string): boolean => /\bfiles?\b/.test(form);

function flagOf(option: Option): Flag[] {
  const { long, flags, description, required, optional } = option;
  if (!long) return [];
  const values = required || optional ? { words: suggestionsOf(option), files: takesFile(flags) } : undefined;
  return [{ name: long, about: description, values }];
}

function argumentValues(all: readonly Argument[]): Values {
  return { words: all.flatMap(suggestionsOf), files: all.some((argument) => takesFile(argument.name())) };
}

/** Every command of the program, itself first, as its help shows it. */
export function grammarOf(command: Command, path = '', beside: readonly string[] = []): Place[] {
  const help = command.createHelp();
  const visible = help.visibleCommands(command);
  const below = visible.map((one) => ({ name: one.name(), about: one.summary() || one.description() }));
  const names = command.commands.map((one) => one.name());
  const inner = visible.flatMap((one) => grammarOf(one, `${path} ${one.name()}`.trim(), names));
  const flags = help.visibleOptions(command).flatMap(flagOf);
  // The command "help" takes the names of those beside it.
  const isHelp = command.name() === 'help';
  const values = isHelp ? { words: beside, files: false } : argumentValues(command.registeredArguments);
  return [{ path, below, flags, values }, ...inner];
}

/** All flags that take a value: the word after one of them is no command. */
export function flagsWithValue(places: readonly Place[]): string[] {
  return [
    ...new Set(places.flatMap(({ flags }) => flags.flatMap((flag) => (flag.values ? [flag.name] : [])))),
  ];
}
