import type { ServiceBusMessage } from '@azure/service-bus';
import { afterAll, expect, test } from 'vitest';
import { binaryXmlBody } from '../../../local/events/binary-xml.ts';
import { guidOf } from '../../../local/events/cast.ts';
import {
  executionContext,
  jsonBody,
  type RowChange,
  truncated,
} from '../../../local/events/dataverse-message.ts';
import { DEAD_LETTER_REASONS, type DeadLetterReason } from '../../../src/dead-letter-reason.ts';
import { startTestStack } from '../test-stack.ts';
import { endedAfterRetries } from './after-retries.ts';
import { memberRow, message, PERSONAL, project, share, user } from './dataverse-rows.ts';

const known = user('known');
const unknown = user('unknown');
const on = project('dead letters');

const stack = await startTestStack(
  {
    env: { MAPPING: 'project-team', RETRY_WINDOW: '400ms', UNMAPPED_GRACE: '400ms' },
    ledger: 'memory',
    cor: {
      users: [{ id: known.id, name: known.name, email: 'marlow.quist@example.com' }],
      workspaces: [{ id: on.id, name: on.name }],
      switches: { zeroPercent: 'refuse' },
    },
  },
  afterAll,
);

interface Case {
  readonly reason: DeadLetterReason;
  readonly what: string;
  message(id: string): ServiceBusMessage;
  /** What the operator reads. */
  readonly description: RegExp;
  /** Makes COR misbehave until the message has ended. */
  readonly cor?: Parameters<typeof stack.cor.set>[0];
  /** Whether scheduled copies come first. */
  readonly retried?: true;
}

const created = (percentage: number, of = known): RowChange =>
  memberRow(`${of.id} ${percentage}`).create(share(of, on, percentage));

const body = (id: string, bytes: Buffer, contentType = 'application/json'): ServiceBusMessage => ({
  messageId: id,
  body: bytes,
  contentType,
});

const withoutImage = ({ post: _, ...change }: RowChange): RowChange => change;

const CASES: readonly Case[] = [
  {
    reason: 'NotJson',
    what: 'text',
    message: (id) => body(id, Buffer.from('Marlow Quist, marlow.quist@example.com')),
    description: /^The body \(38 bytes\) is no JSON\. See which sender posts to this queue/,
  },
  {
    reason: 'NotJson',
    what: 'a body that was cut off',
    message: (id) => body(id, jsonBody(executionContext(created(11))).subarray(0, 4_000)),
    description:
      /broken or cut off\. Look for a program between Dataverse and this queue that changes bodies\.$/,
  },
  {
    reason: 'UnsupportedFormat',
    what: "Dataverse's default format",
    message: (id) => body(id, binaryXmlBody(executionContext(created(12))), 'application/msbin1'),
    description: /Set Message Format to JSON on the service endpoint .* then change the row once more\./,
  },
  {
    reason: 'NotRemoteExecutionContext',
    what: 'a business event',
    message: (id) =>
      body(id, Buffer.from('{"BusinessEventId":"CustomerChanged","CustomerName":"Marlow Quist"}')),
    description: /Finance & Operations business event.*End its endpoint's use of this queue/,
  },
  {
    reason: 'TruncatedMessage',
    what: 'a body without parameters and images, marked as such',
    message: (id) => ({
      ...body(id, jsonBody(truncated(created(13)))),
      applicationProperties: { MessageMaxSizeExceeded: true },
    }),
    description: /over 192 KB.*Select only the needed columns.*then change the row once more\./,
  },
  {
    reason: 'MissingImage',
    what: 'a step without post image',
    message: (id) => message(id, withoutImage(created(14))),
    description:
      /Plug-in Registration tool.*Register New Image > Post Image, alias PostImage, columns.*msdyn_percentage/,
  },
  {
    reason: 'MappingFailed',
    what: 'a share over 100',
    message: (id) => message(id, created(140)),
    description: /msdyn_percentage is 140, not within 0 and 100\. Mend the row in Dynamics/,
  },
  {
    reason: 'CorEntityNotMapped',
    what: 'a user whom COR does not know',
    message: (id) => message(id, created(15, unknown)),
    description: /^COR does not know the user .*source COR_SOURCE, by default MICROSOFT_DYNAMICS.*replay/,
    retried: true,
  },
  {
    reason: 'CorValidation',
    what: 'a share that COR does not take',
    message: (id) => message(id, created(0)),
    description: /found the request invalid \(HTTP 400, ValidationError\).*Check the ids and percentages/,
    // A message that makes room may come behind it.
    retried: true,
  },
  {
    reason: 'CorRejected',
    what: 'a refusal that quotes an address and a secret',
    message: (id) => message(id, created(16)),
    cor: {
      failRate: {
        rate: 1,
        status: 409,
        body: { code: 'UP001', message: `marlow.quist@example.com is locked, key ${stack.cor.clientSecret}` },
      },
    },
    description:
      /^COR refused the call \(HTTP 409, UP001\): “\[redacted\] is locked, key \[redacted\]”\. Find the cause in COR/,
  },
  {
    reason: 'CorDidNotApply',
    what: 'replies that show nothing',
    message: (id) => message(id, created(17)),
    cor: { replyWorkspaces: 'none' },
    description: /reply holds no list of workspaces.*Ask COR whether the API has changed; then replay\.$/,
    retried: true,
  },
  {
    reason: 'CorDidNotApply',
    what: 'replies that show another percentage',
    message: (id) => message(id, created(18.25)),
    cor: { percentagePrecision: 'integer' },
    description:
      /is 18 %, wanted 18\.25 %\. .*set "decimals" to 0 under "percentage" in the mapping, then replay\.$/,
    retried: true,
  },
  {
    reason: 'WrongOrganization',
    what: 'an event of a copied environment',
    message: (id) =>
      body(id, jsonBody({ ...executionContext(created(20)), OrganizationId: guidOf('copied environment') })),
    description: /organization/,
  },
  {
    reason: 'RetriesExhausted',
    what: 'a COR that fails all the time',
    message: (id) => message(id, created(19)),
    cor: { failRate: { rate: 1, status: 500, body: null } },
    description:
      /^Tried \d+ times in \d+ s\. Last error: (?:No call was made: .* The latest met: )?COR cannot serve the call at present \(HTTP 500\).*Mend what it says.*then replay\.$/,
    retried: true,
  },
];

// A ledger that has forgotten tombstones: test/messaging/decide.test.ts. A Dataverse that is read: test/messaging/read-rows.test.ts.
const NEED_MORE = ['TooOld', 'UserUnidentified'];

test('the cases cover the closed list of reasons', () => {
  const covered = [...CASES.map(({ reason }) => reason), ...NEED_MORE];
  expect(new Set(covered)).toEqual(new Set(DEAD_LETTER_REASONS));
});

for (const { reason, what, message: make, description, cor, retried } of CASES)
  test(`${reason}: ${what}`, async () => {
    const id = `${reason}, ${what}`;
    const before = stack.cor.switches;
    stack.cor.set(cor ?? {});
    await stack.send(make(id));
    const { line, retries } = await endedAfterRetries(stack, id);
    stack.cor.set(before);

    const letter = (await stack.deadLetters()).get(id);
    expect(letter?.deadLetterReason).toBe(reason);
    expect(letter?.deadLetterErrorDescription).toMatch(description);
    expect(line).toMatchObject({ evt: 'message.deadlettered', deadLetterReason: reason });
    expect(retries.length > 0).toBe(retried === true);
    // An advice that is given twice reads as if there were two things to do.
    const sentences = (letter?.deadLetterErrorDescription ?? '').match(/then replay/g) ?? [];
    expect(sentences.length).toBeLessThanOrEqual(1);
  });

test('what was refused has left no trace in COR, and the user goes on', async () => {
  expect(stack.cor.state()[known.id]).toEqual({});
  await stack.send(message('the next one', created(20)));
  expect(await stack.ended('the next one')).toMatchObject({ outcome: 'succeeded' });
  expect(stack.cor.state()[known.id]).toEqual({ [on.id]: 20 });
});

test('no name, address or secret of a body or a reply is in a description or in the log', async () => {
  const letters = [...(await stack.deadLetters()).values()];
  expect(letters).toHaveLength(CASES.length);
  const texts = [stack.text(), ...letters.map((letter) => letter.deadLetterErrorDescription ?? '')];
  for (const word of [...PERSONAL, stack.cor.clientSecret, stack.cor.apiKey, 'eyJ'])
    for (const text of texts) expect(text).not.toContain(word);
});

test('a dead letter is the message as it came, with its reason beside it', async () => {
  const [first] = CASES;
  const id = `${first?.reason}, ${first?.what}`;
  const letter = (await stack.deadLetters()).get(id);
  expect(Buffer.from(letter?.body).toString()).toBe('Marlow Quist, marlow.quist@example.com');
  expect(letter?.contentType).toBe('application/json');
});
