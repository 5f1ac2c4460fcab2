import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../../cli/commands.ts';
import { grammarOf } from '../../../cli/completion/grammar.ts';
import { EXIT } from '../../../cli/frame/exit-code.ts';
import { jsonOption, whereOptions } from '../../../cli/frame/options.ts';
import type { Define } from '../../../cli/frame/program.ts';
import { writeStackFile } from '../../../local/stack-file.ts';
import { connector } from '../run-connector.ts';

/** Not of any shape that a word, an option or a path has. */
const SECRETS = [
  'Endpoint=sb://x.servicebus.windows.net/;SharedAccessKeyName=send;SharedAccessKey=hunter2',
  '--key=hunter2hunter2',
  'eyJhbGciOiJIUzI1NiJ9.hunter2',
  'Zm9vYmFyMTIzhunter2QWxhZGRpbjo=',
  'hunter2hunter2hunter2Aa1',
  '4f2c9a1b7e6d8c3f5a0b9e8d-hunter2',
];

let ran: unknown[] = [];
const pickCommand: Define = (parent, run) => {
  const group = parent.command('fruit').description('About fruit.');
  whereOptions(group.command('pick').description('Picks.').argument('[number]'))
    .addOption(jsonOption())
    .option('--dry-run', 'only says')
    .option('--max <n>', 'at most')
    .action(
      run<{ dryRun?: boolean }, [string | undefined]>(async (session, options, number) => {
        ran.push(options, number);
        session.print('picked');
        return EXIT.differs;
      }),
    );
  parent.command('fail').action(
    run(async () => {
      throw Object.assign(new Error('x'), { name: 'ServiceBusError', code: 'ServiceTimeout' });
    }),
  );
};
const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}, columns?: number) => {
  ran = [];
  return connector(args, { env, commands: [pickCommand], ...(columns !== undefined && { columns }) });
};

describe('one program', () => {
  it('gives a command its options and arguments, and ends with its exit code', async () => {
    expect(await run(['fruit', 'pick', '7', '--dry-run'])).toEqual({
      code: 1,
      stdout: 'picked\n',
      stderr: '',
    });
    expect(ran).toEqual([{ dryRun: true, preset: 'resource-assignment' }, '7']);
  });

  it('shows the help of every command, which fits the terminal', async () => {
    const { code, stdout } = await run(['fruit', 'pick', '--help'], {}, 60);
    expect([code, stdout.split('\n')[0]]).toEqual([0, 'Usage: connector fruit pick [options] [number]']);
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(60);
  });

  it.each([
    [['friut'], 'There is no command "friut". Did you mean fruit?\nSee: connector --help\n'],
    [['fruit', 'pik'], 'There is no command "pik". Did you mean pick?\nSee: connector fruit --help\n'],
    [
      ['fruit', 'pick', '--jsn'],
      'There is no option "--jsn". Did you mean --json?\nSee: connector fruit pick --help\n',
    ],
    [
      ['fruit', 'pick', '1', '2'],
      'There are too many arguments for "pick".\nSee: connector fruit pick --help\n',
    ],
    [['fruit', 'pick', '--max'], '--max <n>: the value is missing.\nSee: connector fruit pick --help\n'],
  ])('%j is wrong use, and what was meant is named', async (args, stderr) => {
    expect(await run(args)).toEqual({ code: 2, stdout: '', stderr });
    expect(ran).toEqual([]);
  });

  it('shows the help of a group that is named alone, as wrong use', async () => {
    const { code, stdout, stderr } = await run(['fruit']);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('Usage: connector fruit');
  });

  it('ends with 3 when a service cannot be reached, and says so in one line', async () => {
    expect(await run(['fail'])).toEqual({
      code: 3,
      stdout: '',
      stderr: 'The namespace did not answer in time.\n',
    });
    expect((await run(['fail', '--verbose'])).stderr).toMatch(/\n +at .*program\.test\.ts/);
  });

  it('never repeats a secret that got among the arguments', async () => {
    for (const secret of SECRETS)
      for (const args of [
        [secret],
        ['fruit', secret],
        ['fruit', 'pick', '1', secret],
        ['fruit', 'pick', `--${secret}`],
        ['translate', secret],
      ]) {
        const { stdout, stderr, code } = await connector(args);
        expect(code).toBe(2);
        expect(stdout + stderr).not.toContain('hunter2');
      }
  });
});

describe('every help screen', () => {
  const program = new Command('connector');
  for (const define of COMMANDS) define(program, () => async () => {});
  const screens = grammarOf(program).filter(({ path }) => !/(^| )help$/.test(path));

  it.each(screens.map(({ path }) => path))('"%s" fits 60 and 80 columns', async (path) => {
    for (const columns of [60, 80]) {
      const { code, stdout } = await connector([...path.split(' ').filter(Boolean), '--help'], { columns });
      expect(code).toBe(0);
      const lines = stdout.split('\n').filter((line) => line.includes(' ', line.search(/\S/)));
      expect(lines.filter((line) => line.length > columns)).toEqual([]);
      expect(lines.filter((line) => line.endsWith(' '))).toEqual([]);
    }
  });

  it.each(screens)('"$path" shows calls that exist, each on one line', async ({ path }) => {
    const { stdout } = await connector([...path.split(' ').filter(Boolean), '--help'], { columns: 200 });
    const calls = stdout.split('\n').filter((line) => line.startsWith('  ./connector '));
    for (const call of calls) {
      const shown = screens.findLast((screen) => call.startsWith(`  ./connector ${screen.path}`));
      const known = (shown?.flags ?? []).map(({ name }) => name);
      for (const flag of call.match(/--[a-z-]+/g) ?? []) expect(known).toContain(flag);
    }
  });

  it('shows a call in full', async () => {
    const { stdout } = await connector(['dead-letters', 'replay', '--help'], { columns: 60 });
    expect(stdout).toContain(
      '\nExamples:\n  # one, to its end\n  ./connector dead-letters replay 5 --wait\n',
    );
  });
});

describe('an option that npm kept to itself', () => {
  const npm = { npm_lifecycle_script: 'node cli/start.js fruit' };

  it.each([
    [{ npm_config_dry_run: 'true' }, '--dry-run'],
    [{ npm_config_json: 'true' }, '--json'],
    // npm completes --max to an option of its own.
    [{ npm_config_maxsockets: '5' }, '--max'],
  ])('%j is noticed before anything is done', async (taken, option) => {
    const { code, stderr } = await run(['fruit', 'pick'], { ...npm, ...taken });
    expect(stderr).toContain(`npm has ${option} as an option of its own`);
    expect(stderr).toContain('Nothing was done. Use ./connector instead of npm');
    expect([code, ran]).toEqual([2, []]);
  });

  it('is nobody’s when another script of npm, or npm’s own settings, are around', async () => {
    await run(['fruit', 'pick'], { npm_lifecycle_script: 'vitest run', npm_config_dry_run: 'true' });
    expect(ran).toHaveLength(2);
    await run(['fruit', 'pick'], { ...npm, npm_config_yes: 'true', npm_config_json: '' });
    expect(ran).toHaveLength(2);
  });

  it('--local leaves no trace: with a local stack running the target has to be clear', async () => {
    const { code, stderr } = await connector(['fruit', 'pick'], {
      env: npm,
      commands: [pickCommand],
      prepare: (project) => writeStackFile(project, {}),
    });
    expect(stderr).toContain('npm may have taken --local');
    expect(code).toBe(2);
  });
});
