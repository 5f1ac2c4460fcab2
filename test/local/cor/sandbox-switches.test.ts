import { describe, expect, it } from 'vitest';
import type { CorSwitches, CorSwitchInput } from '../../../local/cor/switches.ts';
import type { CorAnswer, CorFailureClass } from '../../../src/cor/cor-client.ts';
import { sandboxAndClient, shares, USER } from '../../cor/connect.ts';

const refused = (failureClass: CorFailureClass) => ({ ok: false, failure: { class: failureClass } });
const has = (answer: CorAnswer) => answer.ok && answer.workspaces && Object.fromEntries(answer.workspaces);

/** The user has `w-1` 10 and `w-2` 20 before the switches apply. */
async function attachedUser(switches: CorSwitchInput) {
  const { sandbox, client } = await sandboxAndClient();
  await client.attach(USER, shares({ 'w-1': 10, 'w-2': 20 }));
  sandbox.set(switches);
  return { sandbox, client, held: () => sandbox.state()[USER] };
}

describe('attach', () => {
  it.each([
    ['additive', { 'w-1': 10, 'w-2': 20, 'w-3': 5 }],
    ['replacing', { 'w-3': 5 }],
  ] as const)('%s', async (attach, expected) => {
    const { client, held } = await attachedUser({ attach });
    expect(has(await client.attach(USER, shares({ 'w-3': 5 })))).toEqual(expected);
    expect(held()).toEqual(expected);
  });

  it.each([
    ['update', 'additive', { 'w-1': 50, 'w-2': 20 }],
    ['ignore', 'additive', { 'w-1': 10, 'w-2': 20 }],
    ['update', 'replacing', { 'w-1': 50 }],
    ['ignore', 'replacing', { 'w-1': 10 }],
  ] as const)('again: %s (%s)', async (reattach, attach, expected) => {
    const { client, held } = await attachedUser({ reattach, attach });
    expect(has(await client.attach(USER, shares({ 'w-1': 50 })))).toEqual(expected);
    expect(held()).toEqual(expected);
  });

  it.each(['additive', 'replacing'] as const)('again: refuse (%s)', async (attach) => {
    const { client, held } = await attachedUser({ reattach: 'refuse', attach });
    expect(await client.attach(USER, shares({ 'w-1': 50 }))).toMatchObject(refused('alreadyAttached'));
    expect(held()).toEqual({ 'w-1': 10, 'w-2': 20 });
  });
});

describe('detach of what is not attached', () => {
  it('ignore', async () => {
    const { client } = await attachedUser({ detachNotAttached: 'ignore' });
    expect(has(await client.detach(USER, ['w-3', 'w-1']))).toEqual({ 'w-2': 20 });
  });

  it('refuse', async () => {
    const { client, held } = await attachedUser({ detachNotAttached: 'refuse' });
    expect(await client.detach(USER, ['w-3', 'w-1'])).toMatchObject(refused('notAttached'));
    expect(held()).toEqual({ 'w-1': 10, 'w-2': 20 });
  });
});

describe('an unmapped workspace among good ones', () => {
  const batch = shares({ 'w-1': 11, unknown: 5, 'w-3': 33 });
  it('atomic: nothing is applied', async () => {
    const { client, held } = await attachedUser({ batch: 'atomic' });
    expect(await client.attach(USER, batch)).toMatchObject(refused('unmapped'));
    expect(held()).toEqual({ 'w-1': 10, 'w-2': 20 });
  });

  it('partial: the others are applied, the call is refused', async () => {
    const { client, held } = await attachedUser({ batch: 'partial' });
    expect(await client.attach(USER, batch)).toMatchObject(refused('unmapped'));
    expect(held()).toEqual({ 'w-1': 11, 'w-2': 20, 'w-3': 33 });
  });

  it('partialSuccess: the others are applied, the 200 names the bad one', async () => {
    const { client } = await attachedUser({ batch: 'partialSuccess' });
    const answer = await client.attach(USER, batch);
    expect(has(answer)).toEqual({ 'w-1': 11, 'w-2': 20, 'w-3': 33 });
    expect(answer).toMatchObject({
      problems: [{ class: 'unmapped', description: expect.stringMatching(/unknown/) }],
    });
  });

  it('partialSuccess on detach', async () => {
    const { client } = await attachedUser({ batch: 'partialSuccess', detachNotAttached: 'refuse' });
    const answer = await client.detach(USER, ['w-3', 'w-1']);
    expect(has(answer)).toEqual({ 'w-2': 20 });
    expect(answer).toMatchObject({ problems: [{ class: 'notAttached' }] });
  });
});

describe('percentages', () => {
  it.each([
    ['decimals', 'number', 12.35],
    ['decimals', 'string', 12.35],
    ['integer', 'number', 12],
    ['integer', 'string', 12],
  ] as const)('%s, given back as %s', async (percentagePrecision, percentageReply, expected) => {
    const { client, sandbox } = await sandboxAndClient({ percentagePrecision, percentageReply });
    expect(has(await client.attach(USER, shares({ 'w-1': 12.35 })))).toEqual({ 'w-1': expected });
    expect(sandbox.state()).toEqual({ [USER]: { 'w-1': expected } });
  });

  it.each([
    [{ sumOver100: 'accept' }, { 'w-1': 60, 'w-2': 60 }, true],
    [{ sumOver100: 'refuse' }, { 'w-1': 60, 'w-2': 60 }, false],
    [{ sumOver100: 'refuse' }, { 'w-1': 33.33, 'w-2': 33.33, 'w-3': 33.34 }, true],
    [{ zeroPercent: 'accept' }, { 'w-1': 0 }, true],
    [{ zeroPercent: 'refuse' }, { 'w-1': 0 }, false],
    [{ maxWorkspaces: 2 }, { 'w-1': 1, 'w-2': 1 }, true],
    [{ maxWorkspaces: 1 }, { 'w-1': 1, 'w-2': 1 }, false],
    [{ emptyWorkspaces: 'accept' }, {}, true],
    [{ emptyWorkspaces: 'refuse' }, {}, false],
    [{}, { 'w-1': 100.5 }, false],
    [{}, { 'w-1': -1 }, false],
    [{}, { 'w-1': Number.NaN }, false],
  ] as const)('%j lets %j through: %s', async (switches, percentages, accepted) => {
    const { client } = await sandboxAndClient(switches);
    const answer = await client.attach(USER, shares(percentages));
    expect(answer).toMatchObject(accepted ? { ok: true } : refused('validation'));
  });

  it.each(['lastWins', 'refuse'] as const)('of a workspace named twice: %s', async (duplicateInCall) => {
    const { client } = await sandboxAndClient({ duplicateInCall });
    const answer = await client.attach(USER, [...shares({ 'w-1': 1 }), ...shares({ 'w-1': 2 })]);
    if (duplicateInCall === 'refuse') expect(answer).toMatchObject(refused('validation'));
    else expect(has(answer)).toEqual({ 'w-1': 2 });
  });

  it.each(['accept', 'refuse'] as const)('for an inactive workspace: %s', async (inactiveWorkspace) => {
    const { client } = await sandboxAndClient(
      { inactiveWorkspace },
      { workspaces: [{ id: 'w-1', active: false }] },
    );
    const answer = await client.attach(USER, shares({ 'w-1': 1 }));
    expect(answer).toMatchObject(inactiveWorkspace === 'accept' ? { ok: true } : refused('validation'));
  });
});

describe('external ids', () => {
  it.each([false, true])('scoped by source: %s', async (scopeBySource) => {
    const { client } = await sandboxAndClient({ scopeBySource }, { users: [{ id: USER, source: 'OKTA' }] });
    const answer = await client.attach(USER, shares({ 'w-1': 1 }));
    expect(answer).toMatchObject(scopeBySource ? refused('unmapped') : { ok: true });
  });

  it('unknown ones may be created as they come', async () => {
    const { client, sandbox } = await sandboxAndClient(
      { unknownIds: 'accept' },
      { users: [], workspaces: [] },
    );
    expect(has(await client.attach('u', shares({ w: 1 })))).toEqual({ w: 1 });
    expect(sandbox.state()).toEqual({ u: { w: 1 } });
  });

  it.each([
    [400, 'ZC001'],
    [404, 'named'],
    [417, 'CE001'],
    [500, 'named'],
  ] as const)('unmapped ones are refused with %i %s', async (unmappedStatus, unmappedCode) => {
    const { client } = await sandboxAndClient({ unmappedStatus, unmappedCode });
    const user = await client.attach('nobody', shares({ 'w-1': 1 }));
    expect(user).toMatchObject({
      failure: {
        class: 'unmapped',
        status: unmappedStatus,
        code: unmappedCode === 'named' ? 'UserNotFoundError' : unmappedCode,
      },
    });
    const workspace = await client.detach(USER, ['nothing']);
    expect(workspace).toMatchObject({
      failure: {
        class: 'unmapped',
        code: unmappedCode === 'named' ? 'WorkspaceNotFoundError' : unmappedCode,
      },
    });
  });
});

describe('error bodies', () => {
  /** Shapes that hold the code; the others leave only the status. */
  const WITH_CODE: CorSwitches['errorShape'][] = [
    'corCustomError',
    'errorCode',
    'stringStatus',
    'authLike',
    'resourceAllocation',
    'nested',
    'text',
  ];

  it.each(
    WITH_CODE.flatMap((errorShape) =>
      [null, 400, 417, 500].map((errorStatus) => ({ errorShape, errorStatus })),
    ),
  )('$errorShape with status $errorStatus are understood by their code', async (switches) => {
    const { client } = await attachedUser({ ...switches, reattach: 'refuse', detachNotAttached: 'refuse' });
    expect(await client.attach('nobody', shares({ 'w-1': 1 }))).toMatchObject(refused('unmapped'));
    expect(await client.attach(USER, [])).toMatchObject(refused('validation'));
    expect(await client.attach(USER, shares({ 'w-1': 1 }))).toMatchObject(refused('alreadyAttached'));
    expect(await client.detach(USER, ['w-3'])).toMatchObject(refused('notAttached'));
    expect(await client.createWorkspace({ id: 'w-1', name: 'again' })).toMatchObject(refused('duplicate'));
  });

  it('array417 is understood by its rules', async () => {
    const { client } = await attachedUser({ errorShape: 'array417' });
    expect(await client.attach('nobody', shares({ 'w-1': 1 }))).toMatchObject(refused('unmapped'));
    expect(await client.attach(USER, shares({ unknown: 1 }))).toMatchObject({
      failure: { class: 'unmapped', status: 417 },
    });
    expect(await client.attach(USER, [])).toMatchObject({ failure: { class: 'validation', status: 417 } });
  });

  it.each(['html', 'nullBody'] as const)('%s leave only the status', async (errorShape) => {
    const { client, sandbox } = await attachedUser({ errorShape, errorStatus: 400 });
    expect(await client.attach('nobody', shares({ 'w-1': 1 }))).toMatchObject(refused('transient'));
    sandbox.set({ errorStatus: 502 });
    expect(await client.attach('nobody', shares({ 'w-1': 1 }))).toMatchObject(refused('transient'));
  });
});

describe('replies', () => {
  it.each(['plain', 'data', 'user', 'dataUser'] as const)('wrapped: %s', async (wrapper) => {
    const { client } = await attachedUser({ wrapper, batch: 'partialSuccess' });
    const answer = await client.attach(USER, shares({ 'w-3': 1, unknown: 2 }));
    expect(has(answer)).toEqual({ 'w-1': 10, 'w-2': 20, 'w-3': 1 });
    expect(answer).toMatchObject({ problems: [{ class: 'unmapped' }] });
    expect(await client.attach(USER, shares({ 'w-3': 1 }))).toMatchObject({ ok: true, problems: [] });
  });

  it.each([
    ['full', { 'w-1': 10, 'w-2': 20 }],
    ['noPivot', {}],
    ['none', undefined],
  ] as const)('with workspaces: %s', async (replyWorkspaces, expected) => {
    const { client } = await attachedUser({ replyWorkspaces });
    expect(has(await client.attach(USER, shares({ 'w-1': 10 })))).toEqual(expected);
  });

  it('with a workspace made by hand', async () => {
    const { client } = await attachedUser({ handMadeWorkspace: true });
    expect(has(await client.attach(USER, shares({ 'w-3': 1 })))).toEqual({ 'w-1': 10, 'w-2': 20, 'w-3': 1 });
  });
});
