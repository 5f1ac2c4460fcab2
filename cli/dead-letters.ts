import { confirm } from './confirm.ts';
import { runCommand } from './dead-letters/command.ts';
import { commandSettings } from './settings.ts';

const { stdin: input, stderr: output } = process;

/** Aborted by the first Ctrl-C; the second one ends the process as always. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.once(name, () => {
      console.error('Finishing the message at hand. Once more ends at once.');
      controller.abort();
    });
  return controller.signal;
}

const code = await runCommand({
  args: process.argv.slice(2),
  readSettings: commandSettings,
  print: (text) => console.log(text),
  warn: (text) => console.error(text),
  ask: input.isTTY ? (question) => confirm(question, { input, output }) : undefined,
  interruption,
});
// After a lost connection the SDK may keep trying for minutes, and the process alive. What was printed goes out first.
process.stdout.write('', () => process.exit(code));
