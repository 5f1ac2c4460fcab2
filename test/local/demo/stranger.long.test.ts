import { execFile, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import stringWidth from 'string-width';
import { expect, onTestFinished, test } from 'vitest';
import { startBrowser } from './chromium.ts';

const PROJECT = fileURLToPath(new URL('../../..', import.meta.url));
const COLUMNS = 80;
const START_WITHIN_MS = 240_000;

/** util-linux's script gives the command a terminal of its own. */
const terminalOf = (command: string): readonly string[] => [
  '-qec',
  `stty cols ${COLUMNS} rows 50; ${command}`,
  '/dev/null',
];
const shown = (raw: string): string => stripVTControlCharacters(raw).replaceAll('\r\n', '\n');
/** Without npm's words: the stranger stands in a shell, not in a script of npm's. */
const ENVIRONMENT = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('npm_'))),
  TERM: 'xterm',
};

/** Types a command, and reads what the screen says when it is done. */
function typed(command: string): Promise<string> {
  return new Promise((done) => {
    execFile('script', terminalOf(command), { cwd: PROJECT, env: ENVIRONMENT }, (_error, raw) =>
      done(shown(raw)),
    );
  });
}

/** `npm start` in a terminal, until it says what to do next; gives what stands on the screen. */
async function npmStart(): Promise<string> {
  const child = spawn('script', terminalOf('npm start'), {
    cwd: PROJECT,
    env: ENVIRONMENT,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(async () => {
    const ended = new Promise((done) => child.once('exit', done));
    // Ctrl-C, as a terminal hands it over.
    child.stdin?.write('\u0003');
    await ended;
  });
  let screen = '';
  await new Promise<void>((done, reject) => {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      screen += text;
      if (screen.includes('Ctrl-C ends everything')) done();
    });
    child.once('exit', (code) => reject(new Error(`npm start ended with ${code}:\n${shown(screen)}`)));
  });
  // What a line of progress was written over with.
  return shown(screen.replaceAll('\r\n', '\n').replaceAll(/^.*\r/gm, ''));
}

test(
  'a stranger comes from npm start to a changed row and a replayed dead letter by what the screens say',
  async () => {
    const screen = await npmStart();
    expect(screen).not.toContain('{"evt"');
    expect(screen.split('\n').filter((line) => stringWidth(line) > COLUMNS)).toEqual([]);
    const [, address = ''] = /(http:\S+) +change rows/.exec(screen) ?? [];

    const browser = await startBrowser();
    onTestFinished(() => browser.close());
    const page = await browser.newPage();
    await page.goto(address);
    const row = page.locator('#rows tr', { hasText: 'Draw the screens' });
    const letters = page.locator('#dead-letters tr');
    await letters.first().waitFor();
    const before = await letters.count();
    await page.getByRole('button', { name: 'Forget Orchard app' }).click();
    await row.locator('input').fill('60');
    await page.keyboard.press('Enter');
    await expect.poll(() => letters.count(), { timeout: 60_000 }).toBeGreaterThan(before);
    await page.getByRole('button', { name: 'Bring Orchard app back' }).click();

    // The terminal said: ./connector dead-letters list --local. The newest is the one from the page.
    const list = await typed('./connector dead-letters list --local --reason CorEntityNotMapped');
    const numbers = [...list.matchAll(/^(?:│ |Number )(\d+)\b/gm)].map(([, number]) => Number(number));
    expect(numbers.length, list).toBeGreaterThan(0);
    const newest = Math.max(...numbers);
    const replayed = await typed(`./connector dead-letters replay ${newest} --wait --local`);
    expect(replayed).toContain('1 of 1 are done, 0 came back as dead letters.');
    await expect
      .poll(
        () =>
          page
            .locator('#shares tr', { hasText: 'Orchard app' })
            .filter({ hasText: 'Kim Lake' })
            .textContent(),
        {
          timeout: 30_000,
        },
      )
      .toMatch(/34\.09 %34\.09 %/);
  },
  START_WITHIN_MS,
);
