import type { AccessToken, TokenCredential } from '@azure/identity';
import { expect, test } from 'vitest';
import { accessTokens } from '../../src/dataverse/access-token.ts';

const HOUR = 3_600_000;

function credential(answer: (n: number, scope: string) => Promise<AccessToken | null>) {
  let asked = 0;
  const made: TokenCredential = {
    getToken: (scopes) => {
      asked += 1;
      return answer(asked, String(scopes));
    },
  };
  return { tokens: accessTokens(async () => made), asked: () => asked };
}

const lives = (ms: number) => async (n: number, scope: string) => ({
  token: `${scope}#${n}`,
  expiresOnTimestamp: Date.now() + ms,
});

test('each scope has one token, asked for once however many wait', async () => {
  const { tokens, asked } = credential(lives(HOUR));
  expect(await Promise.all([tokens('a'), tokens('b'), tokens('a')])).toEqual(['a#1', 'b#2', 'a#1']);
  expect(await tokens('a')).toBe('a#1');
  expect(asked()).toBe(2);
});

test('a token that is about to end is renewed', async () => {
  const { tokens } = credential(lives(30_000));
  expect([await tokens('a'), await tokens('a')]).toEqual(['a#1', 'a#2']);
});

test('a login that fails says what to do and not what was answered, and is tried again by the next', async () => {
  const { tokens } = credential(async (n, scope) => {
    if (n === 1) throw Object.assign(new Error('secret'), { name: 'CredentialUnavailableError' });
    if (n === 2) return null;
    return lives(HOUR)(n, scope);
  });
  await expect(tokens('a')).rejects.toMatchObject({
    failure: { service: 'dataverse', class: 'auth', code: 'NO_TOKEN' },
    message: expect.stringMatching(/^No token for a \(CredentialUnavailableError\)\. Run "az login"/),
  });
  await expect(tokens('a')).rejects.toThrow('No token for a: nobody is logged in. Run');
  expect(await tokens('a')).toBe('a#3');
});
