import { describe, expect, it } from 'vitest';
import { sandboxAndClient, shares, USER } from './connect.ts';

const REFERENCE = '@Microsoft.KeyVault(VaultName=kv-x;SecretName=cor-client-secret)';

describe('a credential that is still a Key Vault reference', () => {
  it.each([
    ['API key', { apiKey: REFERENCE }, /^COR_API_KEY still holds/],
    ['client secret', { clientSecret: REFERENCE }, /^COR_CLIENT_SECRET still holds/],
    [
      'both',
      { apiKey: REFERENCE, clientSecret: REFERENCE },
      /^COR_API_KEY and COR_CLIENT_SECRET still holds/,
    ],
  ])('is named: %s', async (_, credentials, named) => {
    const { sandbox, client } = await sandboxAndClient({}, credentials);
    expect((await client.checkCredentials())?.description).toMatch(named);
    expect(sandbox.calls).toEqual([]);
  });

  it('is not sent to COR; every call says what to do instead', async () => {
    // The sandbox would take it: only the client can refuse.
    const { sandbox, client } = await sandboxAndClient({}, { clientSecret: REFERENCE });
    const failure = {
      service: 'cor',
      class: 'auth',
      code: 'SECRET_NOT_RESOLVED',
      opensAfter: 'oneCall',
      description: expect.stringContaining('Put the secret into the vault'),
    };
    expect(await client.checkCredentials()).toEqual(failure);
    expect(await client.attach(USER, shares({ 'w-1': 50 }))).toEqual({ ok: false, failure });
    expect(sandbox.calls).toEqual([]);
    expect((await client.checkCredentials())?.description.length).toBeLessThanOrEqual(300);
  });

  it('is known by its beginning only: a secret may hold the same words', async () => {
    const { client } = await sandboxAndClient({}, { clientSecret: `x${REFERENCE}` });
    expect(await client.checkCredentials()).toBeUndefined();
  });
});
