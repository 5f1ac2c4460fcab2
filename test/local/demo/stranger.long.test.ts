import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import stringWidth from 'string-width';
import { expect, onTestFinished, test } from 'vitest';
import { startBrowser } from './chromium.ts';
import { openTerminal, type Terminal } from './tmux.ts';

const PROJECT = fileURLToPath(new URL('../../..', import.meta.url));
const COLUMNS = 80;
const TEST_MS = 600_000;
const INSTALL_MS = 300_000;
const START_MS = 180_000;
const COMMAND_MS = 90_000;

/** A fresh copy of the repository, as a stranger gets it: what is committed, and nothing else. */
function freshCopy(): string {
  const folder = mkdtempSync(join(tmpdir(), 'stranger-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  execFileSync('git', ['clone', '--quiet', PROJECT, folder]);
  return folder;
}

function terminalIn(folder: string): Terminal {
  const terminal = openTerminal(folder, COLUMNS);
  onTestFinished(() => terminal.close());
  return terminal;
}

/** The commands and addresses that a text proposes: each stands on a line of its own. */
const proposals = (text: string): string[] => text.split('\n').map((line) => line.trim());

/** The one that the screen proposes and that begins like this: what no screen says, a stranger does not know. */
function proposed(screen: string, beginning: string): string {
  const found = proposals(screen).findLast((line) => line.startsWith(beginning));
  if (found === undefined) throw new Error(`The screen does not propose "${beginning}":\n${screen}`);
  return found;
}

/** On a page of `npm start`: COR forgets a workspace, a row of it changes, and there is a dead letter more. */
async function makeDeadLetter(address: string) {
  const browser = await startBrowser();
  onTestFinished(() => browser.close());
  const page = await browser.newPage();
  await page.goto(address);
  const letters = page.locator('#dead-letters tr');
  await letters.first().waitFor();
  const before = await letters.count();
  await page.getByRole('button', { name: 'Forget Orchard app' }).click();
  const hours = page.locator('#rows tr', { hasText: 'Draw the screens' }).locator('input');
  const change = async (to: number) => {
    await hours.fill(String(to));
    await page.keyboard.press('Enter');
  };
  await change(60);
  await expect.poll(() => letters.count(), { timeout: 60_000 }).toBeGreaterThan(before);
  await page.getByRole('button', { name: 'Bring Orchard app back' }).click();
  const share = page.locator('#shares tr', { hasText: 'Orchard app' }).filter({ hasText: 'Kim Lake' });
  const shows = (percent: string) =>
    expect.poll(() => share.textContent(), { timeout: 30_000 }).toContain(percent.repeat(2));
  return { change, shows };
}

test(
  'a stranger comes from npm ci to a replayed dead letter, released removals and a changed row by what the screens say',
  async () => {
    const folder = freshCopy();
    const readme = readFileSync(join(folder, 'README.md'), 'utf8');
    const first = terminalIn(folder);
    const installed = await first.run(proposed(readme, 'npm ci'), INSTALL_MS);
    expect(installed).toMatch(/added \d+ packages/);
    first.type(proposed(readme, 'npm start'));
    const all = await first.until(/^Ctrl-C ends everything\.$/m, START_MS);
    const screen = all.slice(all.lastIndexOf('npm start\n'));
    expect(screen).not.toContain('{"');
    expect(screen).not.toContain('✘');
    // The terminal itself broke no line.
    expect(screen.split('\n').filter((line) => stringWidth(line) > COLUMNS)).toEqual([]);

    const { change, shows } = await makeDeadLetter(proposed(screen, 'http://'));

    const second = terminalIn(folder);
    const list = await second.run(proposed(screen, './connector dead-letters list'), COMMAND_MS);
    const unknown = [...list.matchAll(/(?:│ |Number )(\d+) .*CorEntityNotMapped/g)].map(([, one]) =>
      Number(one),
    );
    expect(unknown.length, list).toBeGreaterThan(0);
    const replay = proposed(screen, './connector dead-letters replay');
    expect(replay).toContain('NUMBER');
    // The newest is the one from the page.
    const newest = String(Math.max(...unknown));
    const replayed = await second.run(replay.replace('NUMBER', newest), COMMAND_MS);
    expect(replayed).toContain('1 of 1 are done, 0 came back as dead letters.');
    await shows('34.09 %');

    const before = second.screen().length;
    second.type(proposed(screen, './connector reconcile allow'));
    await second.until(/Send the messages\?/, COMMAND_MS);
    const answered = await second.run('yes', COMMAND_MS);
    expect(answered).toMatch(/Sent \d+ messages/);
    expect(second.screen().slice(before)).toContain('25 changes were held back');
    const [plan] = /reconcile plan/.exec(answered) ?? [];
    const where = proposed(screen, './connector reconcile allow').replace(/^.*?(?=--local)/, '');
    await expect
      .poll(() => second.run(`./connector ${plan} ${where}`, COMMAND_MS), { timeout: COMMAND_MS })
      .toContain('Equal: COR was told what Dynamics says.');

    await change(24);
    await shows('13.63 %');

    first.control('c');
    const ended = await first.until(/^Ended: nothing of it runs any more\./m, COMMAND_MS);
    expect(ended).not.toContain('✘');
    const processes = execFileSync('ps', ['-A', '-o', 'args='], { encoding: 'utf8' });
    expect(processes.split('\n').filter((line) => line.includes(`${folder}/local`))).toEqual([]);
  },
  TEST_MS,
);
