import { credentialFor } from '../src/credential.ts';
import { confirm } from './confirm.ts';
import { runCommand } from './dataverse/command.ts';
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
