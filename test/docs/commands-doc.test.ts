import { Command } from 'commander';
import { expect, it } from 'vitest';
import { COMMANDS } from '../../cli/commands.ts';
import { code, readDoc, tableRows } from './documentation.ts';

it('names every command, in the order of the help, and no other', () => {
  const program = new Command();
  for (const define of COMMANDS) define(program, () => async () => {});
  const all = program.commands.flatMap((one) =>
    one.commands.length === 0 ? [one.name()] : one.commands.map((below) => `${one.name()} ${below.name()}`),
  );
  const named = tableRows(readDoc('commands.md')).flatMap(([name = '']) => code(name));
  expect(named).toEqual(all);
});
