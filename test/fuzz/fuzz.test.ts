import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../local/histories/random.ts';
import { readAnswer } from '../../src/cor/answer.ts';
import { readGrant } from '../../src/cor/token-request.ts';
import { decode } from '../../src/dynamics/decode.ts';
import { loadMapping, parseMapping } from '../../src/dynamics/mapping.ts';
import { MappingError } from '../../src/dynamics/mapping-error.ts';
import { translate } from '../../src/dynamics/translate.ts';
import { isResolved, withoutReading } from '../../src/dynamics/translation.ts';
import { unsavable } from '../../src/ledger/changed-entry.ts';
import { emptyDocument } from '../../src/ledger/document.ts';
import { merge } from '../../src/ledger/merge.ts';
import { parseDocument } from '../../src/ledger/parse-document.ts';
import { percentagesOn } from '../../src/ledger/percentages.ts';
import { readEnvelope, readHistory } from '../../src/messaging/envelope.ts';
import { decodeUserMessage } from '../../src/messaging/user-message.ts';
import { assignmentBody, PROJECT, USERS } from '../dead-letters/assignment-body.ts';
import { mutate, mutateText, type Random } from './mutate.ts';

/** `npm run fuzz` is a long run with a seed of its own; in `npm test` a short one that repeats. */
const LONG = process.env.MODE === 'fuzz';
const RUN_MS = LONG ? 120_000 : 1_200;
const SEED = LONG ? Date.now() % 1_000_000 : 11;
/** Of one input, in milliseconds of this process's processor time: a busy machine takes none of it. */
const MAX_MS = 500;
const processorMs = (since?: NodeJS.CpuUsage) => {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1_000;
};
const DAY = '2026-01-06';

/** Feeds one input after the other until the time is over; tells which one failed or took long. */
function fuzz(target: string, next: (random: Random) => unknown, check: (input: never) => void): void {
  const random = seededRandom(SEED);
  const end = performance.now() + RUN_MS;
  let inputs = 0;
  while (performance.now() < end) {
    const input = next(random);
    inputs += 1;
    const started = performance.now();
    try {
      check(input as never);
    } catch (cause) {
      const shown = Buffer.isBuffer(input) ? input.toString() : JSON.stringify(input);
      throw new Error(`${target}, seed ${SEED}, input ${inputs}: ${shown.slice(0, 2_000)}`, { cause });
    }
    const took = performance.now() - started;
    if (took < MAX_MS) continue;
    const again = process.cpuUsage();
    check(input as never);
    expect(processorMs(again), `${target}, seed ${SEED}, input ${inputs} takes long`).toBeLessThan(MAX_MS);
  }
  if (LONG) console.log(`${target}: ${inputs} inputs, seed ${SEED}`);
  expect(inputs).toBeGreaterThan(10);
}

const EVENT: unknown = JSON.parse(assignmentBody(USERS.ada, USERS.bob).toString());
const MAPPINGS = ['resource-assignment', 'project-team'].map(loadMapping);
const PRESETS: readonly unknown[] = ['resource-assignment', 'project-team'].map((name) =>
  JSON.parse(readFileSync(new URL(`../../src/dynamics/presets/${name}.json`, import.meta.url), 'utf8')),
);

/** The whole way of an event: what is saved must be read again. */
function throughTheLedger(body: Buffer): void {
  const decoded = decode(body, {});
  if (decoded.outcome !== 'decoded') return;
  for (const mapping of MAPPINGS) {
    const settled = withoutReading(translate(decoded.context, mapping));
    if (settled.outcome !== 'apply' || !isResolved(settled)) continue;
    for (const change of settled.changes) {
      if (unsavable(change) !== undefined) continue;
      const document = merge(emptyDocument(change.user), [{ change, sequence: 1 }], DAY);
      expect(parseDocument(JSON.stringify(document), change.user, 'here', DAY)).toEqual(document);
      for (const { percentage } of percentagesOn(document.assignments, mapping.percentage, DAY).values())
        expect(percentage >= 0 && percentage <= 100).toBe(true);
    }
  }
}

const workspace = (id: string, percentage: unknown) => ({
  id: 5,
  name: 'Marketing',
  json_integrations: { origin_external_id: id, status: 'NOT_SEND' },
  pivot: { workspace_id: 5, user_id: 7, percentage },
});
const REPLIES: readonly unknown[] = [
  {
    id: 7,
    name: 'Ada',
    email: 'ada@example.com',
    workspaces: [workspace(PROJECT, 10), workspace('w', '12.50')],
  },
  {
    statusCode: 200,
    status: 'partial_success',
    data: { id: 7, workspaces: [], errors: [{ error_code: 'CE001', message: 'no' }] },
  },
  { status: 400, name: 'CORCustomError', code: 'CTR006', message: 'no "w"' },
  [{ field: 'workspaces.0', validation: 'required', message: 'required validation failed on workspaces.0' }],
];

function anyReply(text: Buffer): void {
  for (const status of [200, 302, 400, 401, 404, 500])
    for (const operation of ['attach', 'detach', 'createWorkspace'] as const) {
      const response = { kind: 'response', status, headers: {}, text: text.toString() } as const;
      const answer = readAnswer(operation, response, ['a-secret'], 0);
      for (const failure of answer.ok ? answer.problems : [answer.failure]) {
        expect(failure.description.length).toBeLessThanOrEqual(300);
        expect(failure.description.isWellFormed()).toBe(true);
      }
    }
}

function anyGrant(text: Buffer): void {
  const grant = readGrant(
    { kind: 'response', status: 200, headers: {}, text: text.toString() },
    ['a-secret'],
    0,
  );
  if (!('class' in grant)) expect(grant.expiresInMs > 0 && grant.expiresInMs <= 86_400_000).toBe(true);
}

const PROPERTIES = {
  corAttempt: 3,
  corFirstFailedAt: '2026-01-05T10:00:00Z',
  corUnmappedSince: '2026-01-05T10:00:00Z',
  corDoubts: 1,
  corAskedMs: 60_000,
  corFirstSequenceNumber: 7,
  corFirstEnqueuedAt: '2026-01-05T09:00:00Z',
  corReplayed: true,
};
const NOW = Date.parse('2026-01-06T00:00:00Z');

function anyProperties(metadata: Readonly<Record<string, unknown>>): void {
  const { history } = readHistory(readEnvelope({ ...metadata, lockToken: 'x' }), NOW);
  for (const count of [history.attempt, history.unconfirmed, history.askedMs])
    expect(Number.isSafeInteger(count) && count >= 0).toBe(true);
  for (const time of [history.firstFailedAt, history.unmappedSince])
    expect(time === undefined || (time > 0 && time <= NOW + 300_000)).toBe(true);
}

const USER_MESSAGE = {
  schema: 1,
  why: 'reconcile',
  user: USERS.ada,
  changes: [
    {
      kind: 'put',
      user: USERS.ada,
      record: USERS.bob,
      workspace: PROJECT,
      allocation: { percentage: 10 },
      version: { number: 5 },
    },
  ],
  reassert: true,
  run: 'run-1',
};

const json = (value: unknown, random: Random) =>
  mutateText(JSON.stringify(mutate(value, random)) ?? '', random);
const oneOf = (values: readonly unknown[], random: Random) =>
  values[Math.floor(random.next() * values.length)];

describe(
  'whatever comes in, nothing throws, nothing hangs, nothing is saved that cannot be read:',
  () => {
    it('events, from bytes through the ledger and back', () => {
      fuzz('events', (random) => json(EVENT, random), throughTheLedger);
    });
    it('replies of COR', () => {
      fuzz('replies', (random) => json(oneOf(REPLIES, random), random), anyReply);
    });
    it('replies of the token endpoint', () => {
      const token = { access_token: 'abc', token_type: 'Bearer', expires_in: 3600, refresh_token: 'r' };
      fuzz('token replies', (random) => json(token, random), anyGrant);
    });
    it('user messages', () => {
      fuzz(
        'user messages',
        (random) => json(USER_MESSAGE, random),
        (body: Buffer) => {
          expect(decodeUserMessage(body).outcome).toMatch(/^(decoded|deadLetter)$/);
        },
      );
    });
    it('application properties', () => {
      const metadata = {
        deliveryCount: 1,
        sequenceNumber: 7,
        enqueuedTimeUtc: '2026-01-05T09:00:00',
        applicationProperties: PROPERTIES,
      };
      fuzz('properties', (random) => mutate(metadata, random), anyProperties);
    });
    it('mapping files: a mapping, or an error that says what is wrong with it', () => {
      fuzz(
        'mappings',
        (random) => mutate(oneOf(PRESETS, random), random),
        (mapping: unknown) => {
          try {
            parseMapping(mapping, 'fuzzed');
          } catch (error) {
            expect(error).toBeInstanceOf(MappingError);
          }
        },
      );
    });
  },
  LONG ? 200_000 : 30_000,
);
