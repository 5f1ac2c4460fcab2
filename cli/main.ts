import { COMMANDS } from './commands.ts';
import { runProgram } from './frame/program.ts';
import { processShell } from './frame/shell.ts';

const shell = processShell();
// A setting that names a file means one of the project, as it does in the app.
process.chdir(shell.project);
const code = await runProgram(process.argv.slice(2), shell, COMMANDS);
// After a lost connection an SDK may keep trying for minutes, and the process alive. What was printed goes out first.
process.stdout.write('', () => process.exit(code));
