import { Argument, type Command } from 'commander';
import { EXIT, type ExitCode } from '../frame/exit-code.ts';
import { examples } from '../frame/options.ts';
import type { Define } from '../frame/program.ts';
import type { Session } from '../frame/session.ts';
import { bashScript } from './bash.ts';
import { fishScript } from './fish.ts';
import { grammarOf, type Place } from './grammar.ts';
import { zshScript } from './zsh.ts';

/*
 * Written from commander's own tree: the packages for this start Node.js at every Tab, half a second, and
 * complete no files.
 */
const SCRIPTS: Readonly<Record<string, (places: readonly Place[]) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

export const completionCommand: Define = (parent, run) => {
  async function print(session: Session, _options: object, shell: string): Promise<ExitCode> {
    session.shell.output.write(SCRIPTS[shell]?.(grammarOf(parent)) ?? '');
    return EXIT.done;
  }
  const command: Command = parent
    .command('completion')
    .summary('a script with which Tab completes commands, options and values')
    .description(
      'Prints a script with which Tab completes commands, options, their values and files. It is read by the shell, once for each that begins.',
    )
    .addArgument(new Argument('<shell>', 'the shell').choices(Object.keys(SCRIPTS)));
  examples(command, [
    ['source <(./connector completion bash)', 'for this bash; in ~/.bashrc, for every one'],
    ['source <(./connector completion zsh)', 'the same in zsh, behind compinit'],
    ['./connector completion fish | source', 'the same in fish'],
  ]).action(run<object, [string]>(print));
};
