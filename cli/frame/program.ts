import { readFileSync } from 'node:fs';
import { type Argument, Command, CommanderError } from 'commander';
import { EXIT, type ExitCode } from './exit-code.ts';
import { explain } from './failure.ts';
import { requireOptionsPastNpm } from './npm-options.ts';
import { usageErrorOf } from './parse-error.ts';
import { createScreen, hasColour } from './screen.ts';
import { type Session, startSession } from './session.ts';
import type { Output, Shell } from './shell.ts';
import { UsageError } from './usage-error.ts';
import { wrapped } from './wrapped.ts';

/** What a command does. `args` are its arguments as `argument()` declares them. */
type Work<Options, Args extends readonly unknown[]> = (
  session: Session,
  options: Options,
  ...args: Args
) => Promise<ExitCode>;

/** Makes the work of a command what commander calls. */
export type Run = <Options, Args extends readonly unknown[] = []>(
  work: Work<Options, Args>,
) => (...given: unknown[]) => Promise<void>;

/**
 * Adds one command to the program, or a group of them: `parent.command('list').action(run(async (session,
 * options) => EXIT.done))`.
 */
export type Define = (parent: Command, run: Run) => void;

const DESCRIPTION = `Keeps the workspaces of COR users equal to what Dynamics 365 says. These commands look after a connector, in Azure or on this machine.`;

const AFTER_HELP = `
Exit codes: 0 done, 1 something differs or a part failed, 2 wrong use, 3 a service cannot be reached.
A pipe gets tables as tab-separated lines. NO_COLOR switches colour off. Times are those of this machine (TZ).
Tab completes all of it, once your shell is told: ./connector completion --help`;

function version(): string {
  const { version: number } = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  );
  return `dynamics-to-cor ${number}, Node.js ${process.versions.node}`;
}

const screenOf = (to: Output) => (text: string) => to.write(wrapped(text, to.columns || 80));

/** A description as one of a list: `Pins another. Asks first.` becomes `pins another`. */
const inAList = (text: string): string =>
  text.replace(/^[A-Z](?=[a-z])/, (first) => first.toLowerCase()).replace(/\.( .*)?$/s, '');

function createProgram(shell: Shell): Command {
  const { output, errors, environment } = shell;
  return new Command('connector')
    .description(DESCRIPTION)
    .version(version(), '--version', 'shows the versions of connector and Node.js')
    .helpOption('-h, --help', 'shows this')
    .helpCommand('help [command]', 'shows the help of a command')
    .addHelpText('after', AFTER_HELP)
    .showSuggestionAfterError()
    .configureHelp({
      minWidthToWrap: 20,
      subcommandDescription: (command) => command.summary() || inAList(command.description()),
      subcommandTerm: (command) =>
        `${command.name()} ${command.registeredArguments.map(argumentTerm).join(' ')}`.trim(),
    })
    .exitOverride()
    .configureOutput({
      // What stands after a help is one line for each sentence.
      writeOut: screenOf(output),
      writeErr: screenOf(errors),
      // What is wrong is said once, in our own words.
      outputError: () => {},
      getOutHelpWidth: () => output.columns || 80,
      getErrHelpWidth: () => errors.columns || 80,
      getOutHasColors: () => hasColour(output, environment),
      getErrHasColors: () => hasColour(errors, environment),
      stripColor: (text) => text,
    });
}

/** `<file>`, `[numbers...]` */
function argumentTerm(argument: Argument): string {
  const { required, variadic } = argument;
  const word = `${argument.name()}${variadic ? '...' : ''}`;
  return required ? `<${word}>` : `[${word}]`;
}

/** Every command that does something has it, wherever it stands. */
function addVerbose(command: Command): void {
  if (command.commands.length === 0)
    command.option('--verbose', 'with an error, say also where it came from');
  for (const below of command.commands) addVerbose(below);
}

/** The innermost command that the arguments name, for a hint at its help. */
function named(program: Command, args: readonly string[]): Command {
  const words = args.filter((arg) => !arg.startsWith('-'));
  const below = words[0] === undefined ? undefined : program.commands.find((one) => one.name() === words[0]);
  return below ? named(below, words.slice(1)) : program;
}

function pathOf(command: Command): string {
  return command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name();
}

function tell(error: unknown, program: Command, args: readonly string[], shell: Shell): ExitCode {
  const { text, code } = explain(error);
  const { say } = createScreen(shell);
  say(text, 'red');
  if (error instanceof UsageError) say(`See: ${pathOf(named(program, args))} --help`);
  if (args.includes('--verbose') && error instanceof Error && error.stack)
    say(error.stack.split('\n').slice(1).join('\n'), 'dim');
  return code;
}

/**
 * Runs the command that the arguments name and resolves with its exit code. Whatever goes wrong is told; it
 * does not reject.
 */
export async function runProgram(
  args: readonly string[],
  shell: Shell,
  commands: readonly Define[],
): Promise<ExitCode> {
  const program = createProgram(shell);
  let ended: ExitCode = EXIT.done;
  const run: Run =
    (work) =>
    async (...given) => {
      // commander hands over the arguments, then the options, then the command itself.
      const [options, ...values] = [given.at(-2), ...given.slice(0, -2)];
      const session = startSession(shell);
      try {
        ended = await (work as unknown as Work<unknown, unknown[]>)(session, options, ...values);
      } finally {
        session.end();
      }
    };
  try {
    for (const define of commands) define(program, run);
    addVerbose(program);
    const group = program.commands.find((one) => one.name() === args[0]);
    if (group) requireOptionsPastNpm(group, args.slice(1), shell);
    await program.parseAsync([...args], { from: 'user' });
    return ended;
  } catch (error) {
    if (!(error instanceof CommanderError)) return tell(error, program, args, shell);
    if (error.code === 'commander.help') return EXIT.wrongUse;
    if (error.exitCode === 0) return EXIT.done;
    return tell(usageErrorOf(error), program, args, shell);
  }
}
