import { expect, it } from 'vitest';
import type { LogLine } from '../../src/log.ts';
import { VersionNotice } from '../../src/messaging/version-notice.ts';
import { assignmentBody, USERS } from '../dead-letters/assignment-body.ts';
import { handleOne, NOW } from './handled-message.ts';

const RECORD = '5b0f9f4e-3c86-4d0c-b4a4-0f9b7d6e0001';
const numbered = assignmentBody(USERS.ada, RECORD);
const unnumbered = Buffer.from(numbered.toString().replaceAll('"versionnumber"', '"other"'));

/** Handles bodies at the given minutes and tells which lines were written. */
async function linesOf(...messages: (readonly [minute: number, body: Buffer])[]): Promise<LogLine[]> {
  const versionNotice = new VersionNotice();
  const lines: LogLine[] = [];
  for (const [minute, body] of messages) {
    const handled = await handleOne({ at: NOW + minute * 60_000, body, versionNotice });
    lines.push(...handled.lines);
  }
  return lines;
}

it('warns at most once an hour of images without versionnumber', async () => {
  const lines = await linesOf([0, unnumbered], [1, unnumbered], [59, unnumbered], [61, unnumbered]);
  const warnings = lines.filter(({ evt }) => evt === 'message.versionMissing');
  expect(warnings).toHaveLength(2);
  expect(warnings[0]).toMatchObject({
    recordId: RECORD,
    operation: 'Create',
    reason: expect.stringContaining('./connector dataverse register'),
  });
});

it('marks the outcome of each message that lacks it, and of no other', async () => {
  const lines = await linesOf([0, unnumbered], [1, numbered], [2, unnumbered]);
  const ended = lines.filter(({ evt }) => evt === 'message.completed');
  expect(ended.map(({ versionMissing }) => versionMissing)).toEqual([true, undefined, true]);
});
