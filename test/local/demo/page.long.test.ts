import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type Demo, startDemo } from '../../../local/demo/demo.ts';
import { QUEUE } from '../../../local/demo/failure-trial.ts';
import { FAILURE_TRIALS, NOT_BY_CLICK } from '../../../local/demo/failures.ts';
import type { Line } from '../../../local/demo/line.ts';
import { type PageServer, startPage } from '../../../local/demo/page-server.ts';
import { corSeed, RESOURCES } from '../../../local/events/cast.ts';
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
  'broker-drops': /succeeded|duplicate/,
  'process-dies': /retry /,
  'told-to-end': /succeeded|duplicate|app\.started/,
  'message-full': /dead letter RetriesExhausted/,
  // No line of the log tells of it.
  'amqp-value': /MaxDeliveryCountExceeded/,
  'copied-500-times': /dead letter RetriesExhausted/,
  nonsense: /message\.propertyIgnored/,
  'not-settled': /message\.held/,
  'replayed-late': /dead letter CorEntityNotMapped/,
  'not-enough': /succeeded|hydrated/,
  'row-gone': /hydrated|succeeded/,
  'dataverse-away': /retry /,
};

/** The rows that are waited for to their end, below. */
const TO_THE_END = ['storage-down', 'lock-lost', 'process-killed'];

test('every failure of the page is on it, and tried here', async () => {
  const trials = FAILURE_TRIALS.map(({ id }) => id);
  expect([...Object.keys(HEARD), ...TO_THE_END].sort()).toEqual([...trials].sort());
  expect(await page.locator('#failures button').allTextContents()).toEqual(
    FAILURE_TRIALS.map(({ row: name }) => name.replaceAll('`', '')),
  );
  for (const { row: name, why } of NOT_BY_CLICK) await seen(`${name}: not by a click. ${why}`, '#failures');
});

test.each(FAILURE_TRIALS.filter(({ id }) => HEARD[id]).map(({ id, row: name }) => [id, name]))(
  'the failure %s can be tried by a click',
  async (id, name) => {
    const lines: string[] = [];
    const heard = new Promise<void>((done) => {
      const log = page.locator('#log li, #dead-letters tr');
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

/** What COR should hold of the rows that the page's clicks change, from the hours of the newest. */
async function expectInCor(person: 'robin' | 'kim'): Promise<void> {
  const name = RESOURCES[person].name;
  const input = row('rows', `Work of ${name}`).filter({ hasText: 'Lantern audit' }).locator('input');
  const share = row('shares', name).filter({ hasText: 'Lantern audit' }).locator('td');
  const look = async () => {
    const percent = `${(Number(await input.inputValue()) / 40) * 100} %`;
    return [await share.allTextContents(), [name, 'Lantern audit', percent, percent]];
  };
  await expect
    .poll(async () => isDeepStrictEqual(...((await look()) as [unknown, unknown])), {
      timeout: 150_000,
      interval: 500,
    })
    .toBe(true);
}

test.each([
  ['storage-down', ({ dependency }: Line) => dependency === 'storage', ['robin', 'kim']],
  ['lock-lost', ({ deliveryCount }: Line) => deliveryCount === 2, ['robin']],
  ['process-killed', ({ deliveryCount }: Line) => deliveryCount === 2, ['robin']],
] as const)(
  'after %s nothing is lost: COR ends as if it had not happened, and the page goes on',
  async (id, isMet, people) => {
    const heard: Line[] = [];
    onTestFinished(demo.onLine((_preset, line) => line && heard.push(line)));
    const before = demo.stack.broker.counts(QUEUE);
    const trial = FAILURE_TRIALS.find((one) => one.id === id);
    await page
      .getByRole('button', { name: trial?.row ?? '' })
      .first()
      .click();
    await seen('Changed:', '#said');
    await shot(`failure-${id}`);
    for (const person of people) await expectInCor(person);
    await expect.poll(() => heard.some(isMet), { timeout: 150_000 }).toBe(true);
    await untilIdle(QUEUE);
    const { deadLetter, completed } = demo.stack.broker.counts(QUEUE);
    expect(deadLetter).toBe(before.deadLetter);
    expect(completed - before.completed).toBeGreaterThanOrEqual(people.length);
    for (const person of people) await expectInCor(person);

    // The page goes on: the next change arrives.
    await row('rows', 'Work of Robin Fields').filter({ hasText: 'Lantern audit' }).locator('input').fill('4');
    await page.keyboard.press('Enter');
    await expectInCor('robin');
    await row('shares', 'Robin Fields').filter({ hasText: '10 %' }).first().waitFor();
  },
  300_000,
);

test('nothing on the page failed', () => expect(problems).toEqual([]));
