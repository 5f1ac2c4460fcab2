import { expect, it } from 'vitest';
import type { Clock } from '../../src/clock.ts';
import { loadMapping } from '../../src/dynamics/mapping.ts';
import type { LogLine } from '../../src/log.ts';
import { Echoes } from '../../src/messaging/echoes.ts';
import type { MessageOptions } from '../../src/messaging/message.ts';
import { processMessage } from '../../src/messaging/process-message.ts';
import { VersionNotice } from '../../src/messaging/version-notice.ts';
import { assignmentBody, USERS } from '../dead-letters/assignment-body.ts';
import { anyOrganization } from './any-organization.ts';

const RECORD = '5b0f9f4e-3c86-4d0c-b4a4-0f9b7d6e0001';
const numbered = assignmentBody(USERS.ada, RECORD);
const unnumbered = Buffer.from(numbered.toString().replaceAll('"versionnumber"', '"other"'));

/** Handles bodies at the given minutes and tells which lines were written. */
async function linesOf(...messages: (readonly [minute: number, body: Buffer])[]): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  let now = 0;
  const clock: Clock = { now: () => now, sleep: async () => {} };
  const retryQueue = { schedule: async () => {}, close: async () => {} };
  const options: MessageOptions = {
    mapping: loadMapping('resource-assignment'),
    users: { size: 0, submit: async () => ({ kind: 'applied', coalesced: 1, corCalls: 1 }) },
    organizations: anyOrganization(),
    settlement: { deadLetter: async () => {} },
    retryQueue,
    echoes: new Echoes(retryQueue, 30_000),
    policy: { retryWindowMs: 1, unmappedGraceMs: 1 },
    clock,
    log: (_level, line) => void lines.push(line),
    versionNotice: new VersionNotice(),
  };
  for (const [minute, body] of messages) {
    now = minute * 60_000;
    await processMessage(body, { lockToken: 'lock', sequenceNumber: 1 }, options);
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
