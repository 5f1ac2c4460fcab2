import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const COMMAND = fileURLToPath(new URL('../../cli/translate.ts', import.meta.url));
const MESSAGES = fileURLToPath(new URL('../../local/events/messages/', import.meta.url));
const TEAM = `${MESSAGES}project-team/01-create-percentage.succeeded.json`;
const UNASSIGNED = `${MESSAGES}resource-assignment/07-create-unassigned.skipped.json`;
const BINARY = `${MESSAGES}resource-assignment/17-dotnet-binary.UnsupportedFormat.bin`;

async function run(args: string[], input?: Buffer) {
  const child = spawn(process.execPath, [COMMAND, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const [stdout, stderr, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise((resolve) => child.once('close', resolve)),
  ]);
  return { stdout, stderr, code };
}

describe('npm run translate', () => {
  it('prints the changes of an event and exits with 0', async () => {
    const { stdout, stderr, code } = await run(['--mapping', 'project-team', TEAM]);
    expect(JSON.parse(stdout)).toMatchObject({
      outcome: 'apply',
      changes: [{ kind: 'put', allocation: { percentage: 35.5 } }],
    });
    expect([stderr, code]).toEqual(['', 0]);
  });

  it('reads standard input, exits with 0 for an event that is skipped', async () => {
    const { stdout, code } = await run(['-'], readFileSync(UNASSIGNED));
    expect(JSON.parse(stdout)).toEqual({ outcome: 'skip', reason: 'unassigned' });
    expect(code).toBe(0);
  });

  it('prints the dead letter of a message that is refused and exits with 2', async () => {
    const { stdout, code } = await run([BINARY]);
    expect(JSON.parse(stdout)).toEqual({
      outcome: 'deadLetter',
      reason: 'UnsupportedFormat',
      description: expect.stringContaining('Message Format to JSON'),
    });
    expect(code).toBe(2);
  });

  it('says how it is used', async () => {
    const { stdout, code } = await run(['--help']);
    expect(stdout).toContain('npm run --silent translate -- event.json');
    expect(code).toBe(0);
  });

  const wrong: [string, string[], string][] = [
    ['no file', [], 'event.json'],
    ['two files', [TEAM, TEAM], 'event.json'],
    ['a file that is not there', ['/no/such/file.json'], '"/no/such/file.json" cannot be read (ENOENT)'],
    [
      'a mapping that is not there',
      ['--mapping', '/no/such/mapping.json', TEAM],
      'resource-assignment, project-team',
    ],
    ['a mapping that is none', ['--mapping', TEAM, TEAM], '/table is missing'],
    ['an option that is not known', ['--verbose', TEAM], '--verbose'],
  ];
  for (const [what, args, message] of wrong)
    it(`exits with 1 and says why for ${what}`, async () => {
      const { stdout, stderr, code } = await run(args);
      expect(stderr).toContain(message);
      expect([stdout, code]).toEqual(['', 1]);
    });
});
