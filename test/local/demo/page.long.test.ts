import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Demo, startDemo } from '../../../local/demo/demo.ts';
import { FAILURE_TRIALS } from '../../../local/demo/failures.ts';
import { type PageServer, startPage } from '../../../local/demo/page-server.ts';
import { corSeed } from '../../../local/events/cast.ts';
import { startBrowser } from './chromium.ts';

/** For a person to look at. */
const SCREENSHOTS = fileURLToPath(new URL('../../../.local/screenshots/', import.meta.url));

let demo: Demo;
let server: PageServer;
let browser: Browser;
let page: Page;
const problems: string[] = [];

beforeAll(async () => {
  mkdirSync(SCREENSHOTS, { recursive: true });
  demo = await startDemo({
    presets: ['resource-assignment', 'project-team'],
    day: '2026-03-08',
    cor: corSeed(),
    env: { UNMAPPED_GRACE: '1s' },
  });
  await demo.restart(demo.day, demo.dataverseSettings);
  server = await startPage(demo);
  browser = await startBrowser();
  page = await browser.newPage({ viewport: { width: 1_400, height: 1_000 } });
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  await page.goto(server.url);
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await server?.close();
  await demo?.stop();
});

const shot = (name: string) => page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) });
const row = (body: string, text: string) => page.locator(`#${body} tr`, { hasText: text });
/** The screen is the proof: what a person reads, within this time. */
const seen = (text: string, within = 'body') =>
  page.locator(within, { hasText: text }).waitFor({ timeout: 60_000 });

test('a row that is changed on the page is changed in COR', async () => {
  await seen('live', '#connection');
  await row('rows', 'Draw the screens').locator('input').fill('40');
  await page.keyboard.press('Enter');
  await seen('The row was changed.', '#said');
  await row('shares', 'Kim Lake').filter({ hasText: 'Orchard app' }).waitFor({ timeout: 30_000 });
  await shot('row-changed');
});

test('a workspace that COR forgot: the dead letter says what to do, and is replayed', async () => {
  await page.getByRole('button', { name: 'Forget Orchard app' }).click();
  await row('rows', 'Draw the screens').locator('input').fill('60');
  await page.keyboard.press('Enter');
  await row('dead-letters', 'CorEntityNotMapped').waitFor({ timeout: 30_000 });
  await shot('dead-letter');
  await page.getByRole('button', { name: 'Bring Orchard app back' }).click();
  await page.getByRole('button', { name: 'Replay' }).first().click();
  await row('dead-letters', 'CorEntityNotMapped').waitFor({ state: 'detached', timeout: 30_000 });
});

test('a day passes', async () => {
  await page.getByRole('button', { name: 'Pass a day' }).click();
  await seen('2026-03-09', '#day');
  await shot('day-passed');
});

/** Copies and echoes come at once, not after their minutes. */
async function untilIdle(queue: string): Promise<void> {
  const timer = setInterval(() => demo.stack.broker.enqueueScheduled(queue), 500);
  try {
    await demo.stack.broker.waitUntilIdle(queue, 120_000);
  } finally {
    clearInterval(timer);
  }
}

/** What is logged when a failure is tried, beside what its name says. */
const HEARD: Readonly<Record<string, RegExp>> = {
  'cor-down': /pause\.started|retry/,
  'retry-window': /dead letter RetriesExhausted/,
  'foreign-answer': /UNRECOGNIZED_ANSWER/,
  'foreign-token': /pause\.started/,
  'one-user': /retry .*HTTP 403/,
  'two-users': /pause\.started/,
  'too-many': /COR answers 429/,
  credentials: /COR refuses the credentials/,
  'user-unknown-yet': /retry .*ZC001/,
  'workspace-unknown': /dead letter CorEntityNotMapped/,
  'create-workspace': /cor\.workspaceCreated/,
  'some-workspaces': /cor\.drift|ZC001/,
  invalid: /dead letter CorValidation/,
  'did-not-apply': /retry .*(DID_NOT_APPLY|NOT_APPLIED)|dead letter CorDidNotApply/,
  'reply-too-long': /REPLY_TOO_LONG/,
  'no-json': /dead letter NotJson/,
  'storage-down': /retry .*storage|retry /,
  'broker-drops': /succeeded|duplicate/,
  'lock-lost': /succeeded|duplicate/,
  'process-dies': /retry /,
  'told-to-end': /succeeded|duplicate|app\.started/,
  'process-killed': /deliveryCount 2|succeeded|duplicate/,
  'copied-500-times': /dead letter RetriesExhausted/,
  nonsense: /message\.propertyIgnored/,
  'not-settled': /message\.held/,
  'replayed-late': /dead letter CorEntityNotMapped/,
  'not-enough': /succeeded|hydrated/,
  'row-gone': /hydrated|succeeded/,
  'dataverse-away': /retry /,
};

/** Takes more than a minute: the lock has to run out. */
const SLOW = new Set(['lock-lost', 'storage-down', 'process-killed']);

test.each(FAILURE_TRIALS.filter(({ id }) => !SLOW.has(id)).map(({ id, row: name }) => [id, name]))(
  'the failure %s can be tried by a click',
  async (id, name) => {
    const lines: string[] = [];
    const heard = new Promise<void>((done) => {
      const log = page.locator('#log li');
      const look = async () => {
        lines.splice(0, lines.length, ...(await log.allTextContents()));
        if (lines.some((line) => HEARD[id]?.test(line))) done();
        else setTimeout(() => void look(), 200);
      };
      void page.evaluate("document.getElementById('log').replaceChildren()").then(look);
    });
    await page
      .getByRole('button', { name: name.replaceAll('`', '') })
      .first()
      .click();
    await heard;
    await shot(`failure-${id}`);
    await page.getByRole('button', { name: 'All well again' }).click();
    await seen('COR is well again', '#said');
    for (const queue of demo.presets) await untilIdle(queue);
  },
  // Processes are started anew by some, on a machine that may be busy.
  240_000,
);

test('nothing on the page failed', () => expect(problems).toEqual([]));
