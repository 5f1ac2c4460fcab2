import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PROPERTY } from '../../../src/messaging/envelope.ts';
import { assignmentBody, PERSONAL, PROJECT, USERS } from '../../dead-letters/assignment-body.ts';
import { drafts, type Fixture, ids, QUEUE, startFixture } from '../../dead-letters/dead-letter-fixture.ts';
import { connector, temporaryFolder } from '../run-connector.ts';
import { cliFor, startCli } from './run-cli.ts';

const RECORDS = [1, 2, 3].map((n) => `5b0f9f4e-3c86-4d0c-b4a4-0f9b7d6e000${n}`);

async function startMixed(): Promise<Fixture> {
  const fixture = await startFixture();
  const about = { contentType: 'application/json', applicationProperties: { user: 'Ada Lovelace' } };
  await fixture.deadLetter([
    { ...about, messageId: 'a', body: assignmentBody(USERS.ada, RECORDS[0] ?? ''), reason: 'CorValidation' },
    {
      messageId: 'b',
      body: assignmentBody(USERS.bob, RECORDS[1] ?? ''),
      reason: 'CorEntityNotMapped',
      description: 'Create the user in COR.',
      applicationProperties: { [PROPERTY.attempt]: 4, [PROPERTY.lastError]: 'UserNotFound' },
    },
    { messageId: 'c', body: Buffer.from('not JSON: ada@example.com'), reason: 'NotJson' },
    { ...about, messageId: 'd', body: assignmentBody(USERS.ada, RECORDS[2] ?? ''), reason: 'CorValidation' },
  ]);
  return fixture;
}

/** A terminal wide enough for any table, without colour. */
const TERMINAL = { columns: 200, env: { NO_COLOR: '1' } };

test('list counts by reason, and has the row and the operation of each', async () => {
  const { broker, peekDeadLetters } = await startMixed();
  const cli = cliFor(broker);
  const [plain, piped, json, filtered, row] = await Promise.all([
    cliFor(broker, TERMINAL)('list'),
    cli('list'),
    cli('list', '--json'),
    cli('list', '--json', '--user', USERS.ada.toUpperCase()),
    cli('list', '--json', '--row', `{${RECORDS[1]?.toUpperCase()}}`),
  ]);
  expect(plain.code).toBe(0);
  expect(plain.stdout).toMatch(/CorValidation +│ 2 +│ \d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d\d:\d\d .*│ #1 /);
  expect(plain.stdout).toMatch(new RegExp(`│ 2 +│ CorEntityNotMapped +│ Create +│ ${RECORDS[1]} +│ .* │ 5 `));
  expect(plain.stderr).toContain('4 in all.');
  expect(piped.stdout.split('\n').map((line) => line.split('\t').slice(0, 4))).toEqual([
    ['Number', 'Reason', 'Operation', 'Row'],
    ['1', 'CorValidation', 'Create', RECORDS[0]],
    ['2', 'CorEntityNotMapped', 'Create', RECORDS[1]],
    ['3', 'NotJson', '', ''],
    ['4', 'CorValidation', 'Create', RECORDS[2]],
    [''],
  ]);
  const times = (await peekDeadLetters()).map(({ enqueuedTimeUtc }) => enqueuedTimeUtc?.toISOString());
  expect(JSON.parse(json.stdout)).toMatchObject({
    total: 4,
    oldest: times[0],
    newest: times[3],
    reasons: [
      { reason: 'CorValidation', count: 2, oldest: times[0], newest: times[3], example: '1' },
      { reason: 'CorEntityNotMapped', count: 1, oldest: times[1], newest: times[1], example: '2' },
      { reason: 'NotJson', count: 1, oldest: times[2], newest: times[2], example: '3' },
    ],
    letters: [
      { sequenceNumber: '1' },
      { sequenceNumber: '2' },
      { sequenceNumber: '3' },
      { sequenceNumber: '4' },
    ],
  });
  expect(JSON.parse(filtered.stdout)).toMatchObject({ total: 2, reasons: [{ reason: 'CorValidation' }] });
  expect(JSON.parse(row.stdout)).toMatchObject({ total: 1, letters: [{ sequenceNumber: '2' }] });
});

test('the target stands in the first line and in the question', async () => {
  const { broker } = await startMixed();
  const env = { ServiceBusConnection: broker.connectionString, ServiceBusQueueName: QUEUE, NO_COLOR: '1' };
  const args = ['dead-letters', 'discard', '1'];
  const { stderr } = await connector(args, { env, columns: 200, input: 'no\n' });
  const target = `Queue assignments in ${/sb:\/\/([^/;]+)/.exec(broker.connectionString)?.[1]}`;
  expect(stderr.startsWith(`${target}\n${target}\n`)).toBe(true);
  expect(stderr).toContain('Delete 1 for good? Type yes: ');
});

test('a reason that nobody gives is wrong use, one that somebody gave by hand is not', async () => {
  const { broker, deadLetter } = await startMixed();
  await deadLetter([{ messageId: 'e', body: 'x', reason: 'ByHand' }]);
  const cli = cliFor(broker);
  const [slip, known, byHand] = await Promise.all([
    cli('replay', '--reason', 'Typo'),
    cli('replay', '--reason', 'MissingImage'),
    cli('show', '--reason', 'ByHand'),
  ]);
  expect(slip).toMatchObject({ code: 2, stdout: '' });
  expect(slip.stderr).toMatch(
    /^--reason: no dead letter has this one\. The reasons are NotJson, .*TTLExpiredException/,
  );
  expect(known).toMatchObject({ code: 0, stdout: '', stderr: 'No dead letter matches.\n' });
  expect(byHand.code).toBe(0);
});

test('show says why and what a message would change, and the body only when asked', async () => {
  const { broker } = await startMixed();
  const cli = cliFor(broker);
  const [one, json, body, unknown] = await Promise.all([
    cli('show', '2'),
    cli('show', '--reason', 'CorValidation', '--json'),
    cli('show', '3', '--body'),
    cli('show', '99'),
  ]);
  expect(one.code).toBe(0);
  const lines = one.stdout.split('\n').map((line) => line.trim().split(/ {2,}/));
  expect(lines).toEqual(
    expect.arrayContaining([
      ['#2 in the queue'],
      ['reason', 'CorEntityNotMapped'],
      ['description', 'Create the user in COR.'],
      ['tries', '5'],
      ['attempt', '4'],
      ['lastError', 'UserNotFound'],
      ['table', 'msdyn_resourceassignment'],
      ['row', RECORDS[1]],
      ['operation', 'Create'],
      [
        'would',
        `put assignment ${RECORDS[1]} of user ${USERS.bob} on workspace ${PROJECT}: 40 h, 2026-03-02 to 2026-03-06`,
      ],
    ]),
  );
  const shown = JSON.parse(json.stdout);
  expect(shown).toMatchObject([
    {
      sequenceNumber: '1',
      messageId: 'a',
      otherProperties: ['user'],
      content: { changes: [{ user: USERS.ada }] },
    },
    { sequenceNumber: '4', messageId: 'd', contentType: 'application/json', deliveryCount: 0 },
  ]);
  expect(shown).toHaveLength(2);
  expect(body.stdout).toContain('not JSON: ada@example.com');
  expect(body.stdout).toMatch(/would +change nothing: NotJson/);
  expect(unknown).toEqual({ code: 1, stdout: '', stderr: 'There is no dead letter #99.\n' });
});

test('no output holds personal data, except that of show --body', async () => {
  const { broker } = await startMixed();
  const cli = cliFor(broker);
  const results = await Promise.all([
    cli('list', '--json'),
    cli('list'),
    cli('show', '--max', '10'),
    cli('show', '--max', '10', '--json'),
    cli('replay', '--all', '--dry-run'),
    cli('export', '--all'),
  ]);
  results.push(await cli('replay', '--all'));
  expect(results.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0, 0, 0]);
  for (const word of PERSONAL)
    for (const { stdout, stderr } of results) expect(stdout + stderr).not.toContain(word);
});

test('replay takes the ones that its filters name, and a dry run changes nothing', async () => {
  const { broker, takeQueue, peekDeadLetters } = await startMixed();
  const cli = cliFor(broker);
  const dry = await cli('replay', '--dry-run', '--reason', 'CorValidation');
  expect(dry).toMatchObject({ code: 0, stderr: 'Would replay these 2. Nothing was changed.\n' });
  expect(dry.stdout.split('\n')).toHaveLength(4);
  expect(broker.counts(QUEUE)).toMatchObject({ active: 0, deadLetter: 4 });

  const replayed = async (...args: string[]) => {
    const { code, stdout } = await cli('replay', ...args);
    return { code, stdout, copies: ids(await takeQueue()) };
  };
  const nothing = await replayed('--before', '2020-01-01');
  expect(nothing).toEqual({ code: 0, stdout: '', copies: [] });
  const one = await replayed('--user', USERS.ada, '--max', '1');
  expect(one).toEqual({ code: 0, stdout: 'Replayed 1 of 1 dead letters.\n', copies: ['a'] });
  const [next] = await peekDeadLetters();
  const after = new Date((next?.enqueuedTimeUtc?.getTime() ?? 0) + 60_000).toISOString();
  const rest = await replayed('--reason', 'CorValidation', '--before', after);
  expect(rest).toMatchObject({ code: 0, copies: ['d'] });
  expect(ids(await peekDeadLetters())).toEqual(['b', 'c']);
});

test('replay and discard take single ones by their numbers, and name those that are not there', async () => {
  const { broker, takeQueue, peekDeadLetters } = await startMixed();
  const cli = cliFor(broker);
  expect(await cli('replay', '2')).toMatchObject({ code: 0, stdout: 'Replayed 1 of 1 dead letters.\n' });
  const two = await cli('replay', '4', '99', '1');
  expect(two).toEqual({
    code: 1,
    stdout: 'Replayed 2 of 2 dead letters.\n',
    stderr: 'There is no dead letter #99.\n',
  });
  expect(ids(await takeQueue())).toEqual(['b', 'a', 'd']);
  expect(await cli('discard', '3', '--yes')).toMatchObject({ code: 0 });
  expect(await peekDeadLetters()).toEqual([]);
});

test('discard refuses to ask without a terminal, and deletes what its filters name with --yes', async () => {
  const { broker, peekDeadLetters } = await startMixed();
  const cli = cliFor(broker);
  const [refused, dry] = await Promise.all([
    cli('discard', '--all'),
    cli('discard', '--dry-run', '--reason', 'NotJson'),
  ]);
  expect(refused).toMatchObject({ code: 2, stdout: '' });
  expect(refused.stderr).toMatch(/^There is no terminal to ask on: say --yes\.\n/);
  expect(dry).toMatchObject({ code: 0 });
  expect(broker.counts(QUEUE).deadLetter).toBe(4);
  const discarded = await cli('discard', '--yes', '--reason', 'NotJson');
  expect(discarded).toEqual({ code: 0, stdout: 'Discarded 1 of 1 dead letters.\n', stderr: '' });
  expect(ids(await peekDeadLetters())).toEqual(['a', 'b', 'd']);
  expect(broker.counts(QUEUE).active).toBe(0);
});

test('discard shows what it would delete and asks, and takes anything but yes for no', async () => {
  const { broker, peekDeadLetters } = await startMixed();
  const answering = (input: string) => cliFor(broker, { ...TERMINAL, input });
  const no = await answering('y\n')('discard', '--reason', 'CorValidation');
  expect(no.code).toBe(1);
  expect(no.stderr).toContain('Nothing was deleted.');
  expect(no.stdout).toMatch(/│ 1 +│ CorValidation .*│ 4 +│ CorValidation /s);
  expect(broker.counts(QUEUE).deadLetter).toBe(4);
  const yes = await answering('yes\n')('discard', '--reason', 'CorValidation');
  expect(yes.code).toBe(0);
  expect(yes.stdout).toContain('Discarded 2 of 2 dead letters.');
  expect(ids(await peekDeadLetters())).toEqual(['b', 'c']);
});

test('export writes each body byte for byte, with its metadata beside it, into a new folder that nobody else can read', async () => {
  const { broker, peekDeadLetters } = await startMixed();
  const project = temporaryFolder();
  const result = await cliFor(broker, { project })('export', '--user', USERS.ada);
  const folder = result.stdout.trim();
  expect(result.code).toBe(0);
  expect(folder.startsWith(join(project, '.local', 'dead-letters'))).toBe(true);
  expect(readdirSync(folder).sort()).toEqual([
    'queue-1.body',
    'queue-1.json',
    'queue-4.body',
    'queue-4.json',
  ]);
  expect(readFileSync(join(folder, 'queue-4.body'))).toEqual(assignmentBody(USERS.ada, RECORDS[2] ?? ''));
  expect(JSON.parse(readFileSync(join(folder, 'queue-4.json'), 'utf8'))).toMatchObject({
    messageId: 'd',
    reason: 'CorValidation',
    applicationProperties: { user: 'Ada Lovelace', DeadLetterReason: 'CorValidation' },
    content: { record: RECORDS[2] },
  });
  for (const file of readdirSync(folder)) expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);
  for (const path of [folder, join(folder, '..'), join(folder, '../..')])
    expect(statSync(path).mode & 0o777).toBe(0o700);
  expect(await peekDeadLetters()).toHaveLength(4);
});

test('export follows no link', async () => {
  const { broker } = await startMixed();
  const [project, elsewhere] = [temporaryFolder(), temporaryFolder()];
  mkdirSync(join(project, '.local'));
  symlinkSync(elsewhere, join(project, '.local', 'dead-letters'));
  const result = await cliFor(broker, { project })('export', '--all');
  expect(result).toMatchObject({ code: 1, stdout: '' });
  expect(result.stderr).toMatch(/dead-letters should be a folder, and no link: remove it\./);
  expect(readdirSync(elsewhere)).toEqual([]);
  expect(existsSync(join(project, '.local', 'dead-letters'))).toBe(true);
});

test('wrong use ends with 2, and says what is wrong without repeating a setting', async () => {
  const [usage, connection] = await Promise.all([
    cliFor({ connectionString: 'Endpoint=sb://x' })('rescue'),
    cliFor({ connectionString: 'hunter2' })('list'),
  ]);
  expect(usage).toMatchObject({ code: 2, stdout: '' });
  expect(usage.stderr).toMatch(/^There is no command "rescue"\./);
  expect(connection).toMatchObject({ code: 2, stdout: '' });
  expect(connection.stderr).toMatch(/ServiceBusConnection: should be a connection string such as Endpoint=/);
  expect(connection.stderr).not.toContain('hunter2');
});

test('an empty queue is no error, and says so', async () => {
  const { broker } = await startFixture();
  expect(await cliFor(broker)('list')).toEqual({ code: 0, stdout: '', stderr: 'No dead letters.\n' });
});

test('a queue that is not there and a namespace that is not there are clear errors', async () => {
  const { broker } = await startFixture();
  const gone =
    'Endpoint=sb://127.0.0.1:1;SharedAccessKeyName=a;SharedAccessKey=b;UseDevelopmentEmulator=true;';
  const [noQueue, noNamespace] = await Promise.all([
    cliFor(broker)('list', '--queue', 'other'),
    cliFor({ connectionString: gone })('replay', '--all'),
  ]);
  expect(noQueue).toEqual({
    code: 3,
    stdout: '',
    stderr: 'The namespace has no such queue, topic or subscription.\n',
  });
  expect(noNamespace).toEqual({ code: 3, stdout: '', stderr: 'The namespace cannot be reached.\n' });
});

test('a replay that one message fails names it and ends with 1', async () => {
  const { broker, deadLetter, takeQueue } = await startFixture({ maxMessageBytes: 2_000 });
  await deadLetter(drafts(3, (i) => ({ body: Buffer.alloc(i === 1 ? 1_950 : 10) })));
  const result = await cliFor(broker)('replay', '--all');
  expect(result).toEqual({
    code: 1,
    stdout: 'Replayed 2 of 3 dead letters.\n  #2 in the queue: The copy is larger than the queue takes.\n',
    stderr: '',
  });
  expect(ids(await takeQueue())).toEqual(['m0', 'm2']);
});

test('Ctrl-C in the middle of a replay, then again: sent = completed + dead-lettered', async () => {
  const { broker, client, deadLetter, peekDeadLetters } = await startFixture();
  const count = 300;
  await deadLetter(drafts(count));
  const receiver = client.createReceiver(QUEUE);
  const consumed: string[] = [];
  let onHundredth = () => {};
  const consumer = receiver.subscribe(
    {
      async processMessage(message) {
        consumed.push(String(message.messageId));
        if (consumed.length % 10 === 0)
          await receiver.deadLetterMessage(message, {
            deadLetterReason: 'Again',
            deadLetterErrorDescription: '',
          });
        else await receiver.completeMessage(message);
        if (consumed.length === 100) onHundredth();
      },
      processError: async () => {},
    },
    { autoCompleteMessages: false, maxConcurrentCalls: 1 },
  );
  const args = ['replay', '--reason', 'NotJson'];
  const env = { ServiceBusConnection: broker.connectionString, ServiceBusQueueName: QUEUE };
  const first = startCli(args, env);
  onHundredth = () => first.child.kill('SIGINT');
  const interrupted = await first.result;
  const done = Number(/^Replayed (\d+) of 300/.exec(interrupted.stdout)?.[1]);
  expect(interrupted.code).toBe(1);
  expect(done).toBeGreaterThan(99);
  expect(done).toBeLessThan(count);
  expect(interrupted.stderr).toContain(`Interrupted.\n${count - done} left.`);

  const second = await cliFor(broker)(...args);
  expect(second).toMatchObject({
    code: 0,
    stdout: `Replayed ${count - done} of ${count - done} dead letters.\n`,
  });
  await broker.waitUntilIdle(QUEUE, 5_000);
  await consumer.close();
  expect(consumed).toEqual(drafts(count).map(({ messageId }) => messageId));
  const again = await peekDeadLetters();
  expect(again).toHaveLength(count / 10);
  expect(broker.counts(QUEUE)).toMatchObject({
    enqueued: 2 * count,
    completed: count - again.length,
    active: 0,
  });
}, 60_000);
