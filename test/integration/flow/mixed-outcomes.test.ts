import type { ServiceBusMessage } from '@azure/service-bus';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { jsonBody, type RowChange, truncated } from '../../../local/events/dataverse-message.ts';
import { QUEUE, startTestStack } from '../test-stack.ts';
import { foreignRow, memberRow, message, project, share, user } from './dataverse-rows.ts';

const on = project('mixed');
const closed = project('mixed, closed');

const stack = await startTestStack(
  {
    env: { MAPPING: 'project-team' },
    ledger: 'memory',
    cor: {
      workspaces: [on.id, { id: closed.id, active: false }],
      switches: { inactiveWorkspace: 'refuse' },
    },
  },
  afterAll,
);
const { broker, cor } = stack;

/** Messages of each kind; the kinds take turns, so every neighbour has another outcome. */
const ROUNDS = 40;
const IDLE_MS = 30_000;

interface Kind {
  /** How the message itself ends; `retried`: its copy ends as `copy` says. */
  readonly ending: string;
  readonly copy?: string;
  message(id: string): ServiceBusMessage;
}

const created = (id: string, percentage: number, where = on): RowChange =>
  memberRow(id).create(share(user(id), where, percentage));
const json = (id: string, body: Buffer): ServiceBusMessage => ({
  messageId: id,
  contentType: 'application/json',
  body,
});
const withoutImage = ({ post: _, ...change }: RowChange): RowChange => change;

const KINDS: readonly Kind[] = [
  { ending: 'skipped', message: (id) => message(id, foreignRow(id).create({ name: id })) },
  { ending: 'NotJson', message: (id) => json(id, Buffer.from(`no JSON: ${id}`)) },
  { ending: 'succeeded', message: (id) => message(id, created(id, 12.5)) },
  { ending: 'MissingImage', message: (id) => message(id, withoutImage(created(id, 10))) },
  { ending: 'retried', copy: 'succeeded', message: (id) => message(id, created(id, 37.5)) },
  { ending: 'MappingFailed', message: (id) => message(id, created(id, 101)) },
  // A message that makes room under 100 % may come behind it, so it is tried again.
  {
    ending: 'CorValidation',
    copy: 'CorValidation',
    message: (id) => message(id, created(id, 9, closed)),
  },
  { ending: 'TruncatedMessage', message: (id) => json(id, jsonBody(truncated(created(id, 11)))) },
  { ending: 'retried', copy: 'CorValidation', message: (id) => message(id, created(id, 9, closed)) },
];

const all = Array.from({ length: ROUNDS * KINDS.length }, (_, index) => {
  const kind = KINDS[index % KINDS.length] as Kind;
  const id = `${index}-${kind.ending}${kind.copy ? `-${kind.copy}` : ''}`;
  return { id, kind, message: kind.message(id) };
});

/** How each message left the queue, in order, as the broker saw it; copies have the message's id. */
function departures(): ReadonlyMap<string, string[]> {
  const seen = new Map<string, string[]>();
  broker.onSettled(({ queue, messageId, outcome, reason }) => {
    if (queue === QUEUE) seen.set(messageId, [...(seen.get(messageId) ?? []), reason ?? outcome]);
  });
  return seen;
}

test(`${all.length} messages with other outcomes than their neighbours, all in flight at once, end each with its own`, async () => {
  const seen = departures();
  for (const { id, kind } of all) if (kind.ending !== 'retried') cor.addUser(user(id).id);
  const mostLocked = { count: 0 };
  const watch = setInterval(() => {
    mostLocked.count = Math.max(mostLocked.count, broker.counts(QUEUE).locked);
  }, 1);

  onTestFinished(() => clearInterval(watch));

  // COR calls wait until everything is in, so that the process holds hundreds of messages.
  cor.hold();
  await stack.send(...all.map(({ message: one }) => one));
  await cor.held();
  cor.release();
  await expect.poll(() => seen.size, { timeout: IDLE_MS }).toBe(all.length);

  // What COR did not know then it knows now: the copies end, too, side by side with different outcomes.
  for (const { id, kind } of all) if (kind.ending === 'retried') cor.addUser(user(id).id);
  const comeBack = setInterval(() => broker.enqueueScheduled(QUEUE), 100);
  onTestFinished(() => clearInterval(comeBack));
  await broker.waitUntilIdle(QUEUE, IDLE_MS);

  const isReason = (ending: string): boolean => /^[A-Z]/.test(ending);
  const departure = (ending: string): string => (isReason(ending) ? ending : 'completed');
  for (const { id, kind } of all) {
    const left = seen.get(id) ?? [];
    expect(left.at(-1), id).toBe(departure(kind.copy ?? kind.ending));
    // What is retried leaves the queue for its copy first; on a slow machine a copy may come back before COR knows its user.
    const copies = left.slice(0, -1);
    expect(new Set(copies), id).toEqual(new Set(kind.copy ? ['completed'] : []));
  }

  // Each dead letter has its own reason, and a description that speaks of its own row.
  const letters = await stack.deadLetters();
  const dead = all.filter(({ kind }) => isReason(kind.copy ?? kind.ending));
  expect(letters.size).toBe(dead.length);
  for (const { id, kind, message: sent } of dead) {
    const letter = letters.get(id);
    expect(letter?.deadLetterReason, id).toBe(kind.copy ?? kind.ending);
    expect(Buffer.compare(Buffer.from(letter?.body), Buffer.from(sent.body)), id).toBe(0);
    if (kind.ending === 'MissingImage' || kind.ending === 'MappingFailed')
      expect(letter?.deadLetterErrorDescription).toContain(created(id, 1).id);
  }

  const told = stack.lines.filter(({ evt }) => evt === 'message.completed' || evt === 'message.deadlettered');
  const endings = new Map(told.map((line) => [line.messageId, line.deadLetterReason ?? line.outcome]));
  expect(all.map(({ id }) => [id, endings.get(id)])).toEqual(
    all.map(({ id, kind }) => [id, kind.copy ?? kind.ending]),
  );

  expect(Object.entries(cor.state()).filter(([, held]) => Object.keys(held).length > 0)).toHaveLength(
    2 * ROUNDS,
  );
  for (const { id, kind } of all) {
    if (kind.ending === 'succeeded') expect(cor.state()[user(id).id]).toEqual({ [on.id]: 12.5 });
    if (kind.copy === 'succeeded') expect(cor.state()[user(id).id]).toEqual({ [on.id]: 37.5 });
  }
  expect(mostLocked.count).toBeGreaterThan(100);
}, 90_000);
