import { credentialFor } from '../src/credential.ts';
import { confirm } from '../src/dead-letters/confirm.ts';
import { runCommand } from '../src/registration/command.ts';
import { commandSettings } from './settings.ts';

const { stdin: input, stderr: output } = process;

process.exitCode = await runCommand({
  args: process.argv.slice(2),
  readSettings: () => commandSettings({ local: false, preset: '' }),
  credential: () => credentialFor(undefined),
  print: (text) => console.log(text),
  warn: (text) => console.error(text),
  ask: input.isTTY ? (question) => confirm(question, { input, output }) : undefined,
});
