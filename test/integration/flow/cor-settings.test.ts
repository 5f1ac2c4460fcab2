import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { type CorSwitches, type CorSwitchInput, readSwitches } from '../../../local/cor/switches.ts';
import type { NamedRow } from '../../../local/events/cast.ts';
import type { RowChange } from '../../../local/events/dataverse-message.ts';
import { type Line, startTestStack } from '../test-stack.ts';
import { endedAfterRetries } from './after-retries.ts';
import { memberRow, message, project, share, user } from './dataverse-rows.ts';

const [a, b, c, inactive] = ['a', 'b', 'c', 'inactive'].map(project) as [
  NamedRow,
  NamedRow,
  NamedRow,
  NamedRow,
];
const nowhere = project('that COR does not know');

const stack = await startTestStack(
  {
    env: { MAPPING: 'project-team', UNMAPPED_GRACE: '0s', COR_TIMEOUT: '400ms' },
    ledger: 'memory',
    cor: { workspaces: [a.id, b.id, c.id, { id: inactive.id, active: false }] },
  },
  afterAll,
);
const { cor } = stack;

const FRIENDLY = readSwitches({});
/** Switches that the tests below turned, to see that none was forgotten. */
const turned = new Set<string>();

function turn(switches: CorSwitchInput): void {
  for (const name of Object.keys(switches)) turned.add(name);
  cor.set(switches);
}

beforeEach(() => {
  cor.set(FRIENDLY);
});

let messages = 0;

/** Posts events together, and brings copies back; how they ended, in the same order. */
async function post(...changes: RowChange[]): Promise<Line[]> {
  const ids = changes.map(() => `m${++messages}`);
  await stack.send(...changes.map((change, index) => message(ids[index] ?? '', change)));
  return Promise.all(ids.map(async (id) => (await endedAfterRetries(stack, id)).line));
}

const endings = (lines: readonly Line[]) => lines.map((line) => line.deadLetterReason ?? line.outcome);

/** A user of its own for each setting: what one leaves behind does not meet the next. */
function newUser(label: string): NamedRow {
  const found = user(label);
  cor.addUser(found.id);
  return found;
}

const held = (of: NamedRow) => cor.state()[of.id];

const name = (switches: CorSwitchInput): string => JSON.stringify(switches);

const ATTACH: readonly CorSwitches['attach'][] = ['additive', 'replacing'];
const REATTACH: readonly CorSwitches['reattach'][] = ['update', 'ignore', 'refuse'];
const BATCH: readonly CorSwitches['batch'][] = ['atomic', 'partial', 'partialSuccess'];

const ways = ATTACH.flatMap((attach) => REATTACH.map((reattach) => ({ attach, reattach })));

describe('COR ends up as Dynamics says, whatever it does with', () => {
  const settings: CorSwitchInput[] = [
    ...ways,
    { reattach: 'ignore', detachNotAttached: 'refuse', batch: 'atomic' },
    { attach: 'replacing', detachNotAttached: 'refuse', batch: 'partial' },
    { batch: 'partialSuccess' },
    { duplicateInCall: 'refuse' },
    { emptyWorkspaces: 'accept' },
    { percentageReply: 'string' },
    { scopeBySource: true },
    { wrapper: 'data' },
    { wrapper: 'user' },
    { wrapper: 'dataUser' },
    { handMadeWorkspace: true },
    { latencyMs: 5 },
    { latencyMs: [0, 10] },
    { expiresInSeconds: null },
    { expiresInSeconds: 0.05 },
    { unknownIds: 'accept' },
    { maxWorkspaces: 1 },
  ];
  for (const setting of settings)
    test(name(setting), async () => {
      turn(setting);
      // A token of the lifetime that is asked for.
      cor.invalidateTokens();
      const one = newUser(name(setting));
      const [first, second] = [memberRow(`${name(setting)} 1`), memberRow(`${name(setting)} 2`)];
      const states = [];
      for (const changes of [
        [first.create(share(one, a, 30)), second.create(share(one, b, 20))],
        [first.update({ msdyn_percentage: 45.5 })],
        [first.update({ msdyn_project: c })],
        [second.remove()],
        [first.deactivate()],
      ]) {
        const lines = await post(...changes);
        states.push({ endings: endings(lines), held: held(one) });
      }
      expect(states).toEqual([
        { endings: ['succeeded', 'succeeded'], held: { [a.id]: 30, [b.id]: 20 } },
        { endings: ['succeeded'], held: { [a.id]: 45.5, [b.id]: 20 } },
        { endings: ['succeeded'], held: { [c.id]: 45.5, [b.id]: 20 } },
        { endings: ['succeeded'], held: { [c.id]: 45.5 } },
        { endings: ['succeeded'], held: {} },
      ]);
    });
});

describe('one unknown workspace among several is refused alone, with', () => {
  for (const way of ways)
    for (const batch of BATCH) {
      const setting = { ...way, batch };
      test(name(setting), async () => {
        turn(setting);
        const one = newUser(`among ${name(setting)}`);
        const row = (on: NamedRow) => memberRow(`among ${on.id} ${name(setting)}`);
        const [first] = await post(row(c).create(share(one, c, 5)));
        const lines = await post(
          row(a).create(share(one, a, 10)),
          row(nowhere).create(share(one, nowhere, 15)),
          row(b).create(share(one, b, 20.5)),
        );
        expect(endings([first ?? {}, ...lines])).toEqual([
          'succeeded',
          'succeeded',
          'CorEntityNotMapped',
          'succeeded',
        ]);
        expect(held(one)).toEqual({ [a.id]: 10, [b.id]: 20.5, [c.id]: 5 });
      });
    }
});

describe('a refusal has its own reason, and leaves what was accepted, with', () => {
  const refusals: [CorSwitchInput, on: NamedRow, percentage: number, reason: string][] = [
    [{ sumOver100: 'refuse' }, b, 60, 'CorValidation'],
    [{ zeroPercent: 'refuse' }, b, 0, 'CorValidation'],
    [{ inactiveWorkspace: 'refuse' }, inactive, 10, 'CorValidation'],
    [{ sumOver100: 'refuse', attach: 'replacing' }, b, 60, 'CorValidation'],
    [{ zeroPercent: 'refuse', errorShape: 'array417' }, b, 0, 'CorValidation'],
    [{ zeroPercent: 'refuse', errorStatus: 500 }, b, 0, 'CorValidation'],
    [{ maxWorkspaces: 1, attach: 'replacing' }, b, 10, 'CorValidation'],
    [{ replyWorkspaces: 'none' }, b, 10, 'CorDidNotApply'],
    [{ replyWorkspaces: 'noPivot' }, b, 10, 'CorDidNotApply'],
    [{ percentagePrecision: 'integer' }, b, 10.25, 'CorDidNotApply'],
  ];
  for (const [setting, on, percentage, reason] of refusals)
    test(name(setting), async () => {
      const one = newUser(`refused ${name(setting)}`);
      const row = (label: string) => memberRow(`${label} ${name(setting)}`);
      await post(row('accepted').create(share(one, a, 70)));
      turn(setting);
      const lines = await post(row('refused').create(share(one, on, percentage)));
      expect(endings(lines)).toEqual([reason]);
      // Where no reply can be trusted, nobody can tell what is left.
      if (reason === 'CorValidation') expect(held(one)).toEqual({ [a.id]: 70 });

      cor.set(FRIENDLY);
      const next = await post(row('next').create(share(one, c, 7)));
      expect(endings(next)).toEqual(['succeeded']);
      expect(held(one)).toMatchObject({ [a.id]: 70, [c.id]: 7 });
    });
});

describe('what COR does not know is told from other refusals, with', () => {
  const shapes: readonly CorSwitches['errorShape'][] = [
    'corCustomError',
    'errorCode',
    'stringStatus',
    'array417',
    'authLike',
    'resourceAllocation',
    'nested',
    'text',
  ];
  const codes: readonly CorSwitches['unmappedCode'][] = ['ZC001', 'named', 'CE001'];
  const settings: CorSwitchInput[] = [
    ...shapes.flatMap((errorShape) => codes.map((unmappedCode) => ({ errorShape, unmappedCode }))),
    ...[400, 403, 409, 417, 422, 500].map((errorStatus) => ({ errorStatus })),
    ...[400, 404, 422].map((unmappedStatus) => ({ unmappedStatus })),
    { scopeBySource: true },
  ];

  test(`each of ${settings.length} error bodies and statuses`, async () => {
    const known = newUser('that asks for an unknown workspace');
    const found: unknown[] = [];
    const expected: unknown[] = [];
    for (const setting of settings) {
      turn(setting);
      const stranger = user(`stranger ${name(setting)}`);
      // Created by another system, so not for us where COR looks by source.
      if (setting.scopeBySource) cor.addUser({ id: stranger.id, source: 'OKTA' });
      const lines = await post(
        memberRow(`stranger ${name(setting)}`).create(share(stranger, a, 10)),
        memberRow(`known ${name(setting)}`).create(share(known, nowhere, 10)),
      );
      found.push([setting, endings(lines)]);
      expected.push([setting, ['CorEntityNotMapped', 'CorEntityNotMapped']]);
      cor.set(FRIENDLY);
    }
    expect(found).toEqual(expected);
    expect(held(known)).toEqual({});
  });
});

describe('an answer that says nothing of what was wrong is not held against the message', () => {
  for (const errorShape of ['html', 'nullBody'] as const)
    test(errorShape, async () => {
      turn({ errorShape, errorStatus: 400 });
      const id = `m${++messages}`;
      await stack.send(message(id, memberRow(id).create(share(newUser(id), nowhere, 10))));
      const line = await stack.line(({ evt, messageId }) => evt === 'message.retried' && messageId === id);
      expect(line).toMatchObject({
        errorClass: 'transient',
        errorCode: 'UNRECOGNIZED_ANSWER',
        httpStatus: 400,
      });
      cor.set(FRIENDLY);
      expect((await endedAfterRetries(stack, id)).line).toMatchObject({
        deadLetterReason: 'CorEntityNotMapped',
      });
    });
});

describe('a fault that passes costs a retry and no more', () => {
  const faults: CorSwitchInput[] = [
    ...([500, 502, 408, 425, 'drop'] as const).flatMap((status) =>
      (['before', 'after'] as const).map((when) => ({ failNext: [{ status, when }] })),
    ),
    { failNext: [{ status: 500, body: null }] },
    { failNext: [{ status: 500, body: 'E_SOMETHING: oops' }] },
    { failNext: [{ status: 502, body: '<html><title>Bad gateway</title></html>' }] },
  ];
  for (const fault of faults)
    test(name(fault), async () => {
      const one = newUser(name(fault));
      turn(fault);
      const id = `m${++messages}`;
      await stack.send(message(id, memberRow(name(fault)).create(share(one, a, 33))));
      const { line, retries } = await endedAfterRetries(stack, id);
      expect({ outcome: line.outcome, retries: retries.length, held: held(one) }).toEqual({
        outcome: 'succeeded',
        retries: 1,
        held: { [a.id]: 33 },
      });
      expect(retries[0]).toMatchObject({ errorClass: 'transient' });
    });

  for (const where of ['api', 'token'] as const)
    test(`a COR that does not answer: ${where}`, async () => {
      const one = newUser(`hang ${where}`);
      turn({ hang: where });
      // The cached token is refused, so a new one has to be asked for.
      if (where === 'token') cor.invalidateTokens();
      const id = `m${++messages}`;
      await stack.send(message(id, memberRow(id).create(share(one, a, 34))));
      const late = await stack.line(({ evt, messageId }) => evt === 'message.retried' && messageId === id);
      expect(late).toMatchObject({ errorCode: 'DEADLINE', errorClass: 'transient' });
      turn({ hang: 'none' });
      expect((await endedAfterRetries(stack, id)).line).toMatchObject({ outcome: 'succeeded' });
      expect(held(one)).toEqual({ [a.id]: 34 });
    });

  test('tokens that COR has forgotten cost one more call, and no retry', async () => {
    const one = newUser('forgotten tokens');
    cor.invalidateTokens();
    cor.clearCalls();
    expect(endings(await post(memberRow('forgotten').create(share(one, a, 35))))).toEqual(['succeeded']);
    expect(cor.calls.map(({ operation, status }) => `${operation} ${status}`)).toEqual([
      'attach 401',
      'token 200',
      'attach 200',
    ]);
  });

  test('failures at random', async () => {
    turn({ failRate: { rate: 0.3, status: 500, seed: 11 } });
    const users = Array.from({ length: 30 }, (_, index) => newUser(`random ${index}`));
    const lines = await post(
      ...users.map((one, index) => memberRow(`random ${index}`).create(share(one, b, index + 1))),
    );
    expect(new Set(endings(lines))).toEqual(new Set(['succeeded']));
    expect(users.map(held)).toEqual(users.map((_, index) => ({ [b.id]: index + 1 })));
    expect(stack.lines.some(({ evt }) => evt === 'message.retried')).toBe(true);
  });
});

/** Those that make the connector leave COR alone for a second or more have a file of their own. */
const PAUSING = ['failUser', 'down', 'rateLimit', 'refuseCredentials', 'forbid'];

test('every other switch of the sandbox was turned', () => {
  expect([...turned, ...PAUSING].sort()).toEqual(Object.keys(FRIENDLY).sort());
});
