import { describe, expect, it } from 'vitest';
import { isWrongUse, readCommand, USAGE } from '../../../cli/ledger/command-line.ts';

function refusal(args: readonly string[]): Error {
  try {
    readCommand(args);
  } catch (error) {
    if (isWrongUse(error)) return error;
    throw error;
  }
  throw new Error('It was taken.');
}

describe('the command line of npm run ledger', () => {
  it.each([
    [
      ['show', 'o\u2019hara/1'],
      { name: 'show', user: 'o\u2019hara/1', json: false, verify: false, local: false },
    ],
    [['show', 'u', '--json', '--verify'], { name: 'show', user: 'u', json: true, verify: true }],
    [
      ['list', '--local', '--preset', 'project-team'],
      { name: 'list', user: undefined, local: true, preset: 'project-team' },
    ],
    [['export'], { name: 'export', user: undefined, preset: 'resource-assignment' }],
  ])('%j is understood', (args, command) => {
    expect(readCommand(args)).toMatchObject(command);
  });

  it.each([
    [[], 'A command is missing.'],
    [['show'], 'show needs the external id of a user.'],
    [['show', ''], 'show needs the external id of a user.'],
    [['show', 'u', 'v'], 'show does not take "v".'],
    [['dump'], 'There is no command "dump".'],
    [['list', 'u'], 'list does not take "u".'],
    [['export', '--json'], 'export is JSON already'],
    [['export', '--verify'], 'export is JSON already'],
    [['list', '--all'], "Unknown option '--all'"],
    [['list', '--preset'], "'--preset <value>' argument missing"],
  ])('%j is refused, with the reason', (args, reason) => {
    expect(refusal(args).message).toContain(reason);
  });

  it.each([[['--help']], [['show', '-h']]])(
    '%j asks for help, which names every command and option',
    (args) => {
      expect(readCommand(args)).toBeUndefined();
      for (const word of [
        'list',
        'show USER',
        'export',
        '--json',
        '--verify',
        '--local',
        '--preset',
        'Exit code',
      ])
        expect(USAGE).toContain(word);
    },
  );
});
