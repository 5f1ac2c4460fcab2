import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** Debian's, Alpine's and Chrome's own; `CHROMIUM` names another. `.ci/run` installs the first. */
const PROGRAMS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Without Chromium it fails and says what to install: a test that is left out proves nothing. */
export async function startBrowser(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM ?? PROGRAMS.find((path) => existsSync(path));
  if (executablePath === undefined)
    throw new Error('There is no Chromium: apt-get install chromium, or name one in CHROMIUM.');
  // As root Chromium starts only without its sandbox; it sees nothing but our own page.
  return chromium.launch({ executablePath, args: ['--no-sandbox'] });
}
