import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../../cli/commands.ts';
import { grammarOf } from '../../../cli/completion/grammar.ts';
import { DEAD_LETTER_REASONS } from '../../../src/dead-letter-reason.ts';
import { connector, temporaryFolder } from '../run-connector.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;
const isInstalled = (shell: string) => spawnSync(shell, ['--version']).error === undefined;

const script = async (shell: string): Promise<string> =>
  (await connector(['completion', shell], { columns: 60 })).stdout;

/** What Tab offers behind `line` in a folder with some files: bash's own way, word by word. */
async function offered(line: string): Promise<string[]> {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'events'));
  for (const name of ['one.json', 'event two.json']) writeFileSync(join(folder, name), '');
  const words = line.split(/ |(=)/).filter((word) => word !== undefined);
  const asked = `COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}
eval "$(complete -p connector | sed 's/.*-F \\([^ ]*\\) .*/\\1/')"
printf '%s\\n' "\${COMPREPLY[@]}"`;
  const all = execFileSync('bash', ['--norc', '-c', `${await script('bash')}\n${asked}`], { cwd: folder });
  return all.toString().split('\n').filter(Boolean).sort();
}

describe('Tab in bash', () => {
  it('completes commands and what is below them', async () => {
    expect(await offered('./connector d')).toEqual(['dataverse', 'dead-letters', 'doctor']);
    expect(await offered('connector dead-letters re')).toEqual(['repair', 'replay']);
    expect(await offered('connector ledger organization ')).toEqual(['forget', 'help', 'set', 'show']);
    expect(await offered('connector help rec')).toEqual(['reconcile']);
    expect(await offered('connector completion ')).toEqual(['bash', 'fish', 'zsh']);
  });

  it('completes the options of the command at hand, wherever they stand', async () => {
    expect(await offered('connector dead-letters replay 5 --d')).toEqual(['--dry-run']);
    expect(await offered('connector dead-letters replay --local --user replay --w')).toEqual(['--wait']);
    expect(await offered('connector match --ye')).toEqual([]);
  });

  it('completes closed choices, also behind an equals sign', async () => {
    expect(await offered('connector dead-letters list --reason Cor')).toEqual(
      DEAD_LETTER_REASONS.filter((reason) => reason.startsWith('Cor')).sort(),
    );
    expect(await offered('connector dead-letters list --reason=TooO')).toEqual(['TooOld']);
    expect(await offered('connector dead-letters list --from ')).toEqual(['queue', 'subscription']);
    expect(await offered('connector log --outcome dea')).toEqual(['deadlettered']);
    expect(await offered('connector ledger list --preset=')).toEqual(['project-team', 'resource-assignment']);
    expect(await offered('connector dead-letters list --user ')).toEqual([]);
  });

  it('completes files where a file may stand, and nowhere else', async () => {
    expect(await offered('connector translate ')).toEqual(['event two.json', 'events', 'one.json']);
    expect(await offered('connector send one.json ev')).toEqual(['event two.json', 'events']);
    expect(await offered('connector doctor --mapping res')).toEqual([
      'resource-assignment',
      'resource-assignment-entra',
    ]);
    expect(await offered('connector doctor --mapping on')).toEqual(['one.json']);
    expect(await offered('connector dead-letters replay ')).toEqual([]);
  });
});

describe('the script of each shell', () => {
  const program = new Command('connector');
  for (const define of COMMANDS) define(program, () => async () => {});
  const places = grammarOf(program);

  it.each(SHELLS)('%s: names every command and every option', async (shell) => {
    const text = await script(shell);
    for (const { path, flags } of places) {
      expect(text).toContain(`'${path}'`);
      for (const { name } of flags) expect(text).toContain(shell === 'fish' ? `-l ${name.slice(2)} ` : name);
    }
  });

  it.each(SHELLS.filter(isInstalled))('%s reads it without a complaint', async (shell) => {
    const file = join(temporaryFolder(), 'script');
    writeFileSync(file, await script(shell));
    const ended = spawnSync(shell, ['-n', file]);
    expect([ended.status, ended.stderr.toString()]).toEqual([0, '']);
  });

  // Its own way to ask; of zsh there is none without a terminal.
  it.each(['fish'].filter(isInstalled))('%s completes with it', async () => {
    const asked = "complete -C 'connector dead-letters list --reason TooO'";
    const answer = execFileSync('fish', ['--no-config', '-c', `${await script('fish')}\n${asked}`]);
    expect(answer.toString()).toMatch(/^TooOld/);
  });

  it('takes an option for the same kind everywhere: with a value, or without', () => {
    const kinds = new Map<string, boolean>();
    for (const { name, values } of places.flatMap(({ flags }) => flags)) {
      expect([name, kinds.get(name) ?? values !== undefined]).toEqual([name, values !== undefined]);
      kinds.set(name, values !== undefined);
    }
    expect(kinds.size).toBeGreaterThan(20);
  });

  it('of another shell is wrong use', async () => {
    const { code, stderr } = await connector(['completion', 'csh']);
    expect([code, stderr.split('\n')[0]]).toEqual([2, 'Allowed choices are bash, zsh, fish.']);
  });
});
