import { COMMANDS } from './commands.ts';
import { EXIT } from './frame/exit-code.ts';
import { runProgram } from './frame/program.ts';
import { processShell } from './frame/shell.ts';

const shell = processShell();
// A reader that has seen enough (head) closes the pipe: that is no failure, and nothing is left to say.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(EXIT.done);
});
// A setting that names a file means one of the project, as it does in the app.
process.chdir(shell.project);
const code = await runProgram(process.argv.slice(2), shell, COMMANDS);
// After a lost connection an SDK may keep trying for minutes, and the process alive. What was printed goes
// out first.
process.stdout.write('', () => process.exit(code));
