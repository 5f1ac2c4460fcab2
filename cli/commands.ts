import { completionCommand } from './completion/command.ts';
import { dataverseCommands } from './dataverse/commands.ts';
import { deadLetterCommands } from './dead-letters/commands.ts';
import { doctorCommand } from './doctor/command.ts';
import type { Define } from './frame/program.ts';
import { ledgerCommands } from './ledger/commands.ts';
import { logCommand } from './log/command.ts';
import { matchCommand } from './match/command.ts';
import { reconcileCommands } from './reconcile/commands.ts';
import { sendCommand } from './send/command.ts';
import { translateCommand } from './translate.ts';

/** Every command, in the order of the help. */
export const COMMANDS: readonly Define[] = [
  translateCommand,
  sendCommand,
  logCommand,
  ledgerCommands,
  deadLetterCommands,
  dataverseCommands,
  matchCommand,
  reconcileCommands,
  doctorCommand,
  completionCommand,
];
