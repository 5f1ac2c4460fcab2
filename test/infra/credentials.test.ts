import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type AzureRest, sendWith } from '../../infra/hooks/azure-rest.ts';
import { provideCredentials } from '../../infra/hooks/credentials.ts';
import { bicep } from './infra-files.ts';

const APP = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Web/sites/func-x';
const AT_ONCE = { everyMs: 1, withinMs: 1_000 };

interface Answer {
  readonly status: number;
  readonly body?: object;
}

const forbidden = (code: string): Answer => ({
  status: 403,
  body: { error: { code: 'Forbidden', innererror: { code } } },
});

/** A vault and a management endpoint in one, on loopback. What `refuse` gives is answered instead. */
async function azure(
  stored: Record<string, string> = {},
  refuse: (request: string) => Answer | undefined = () => undefined,
) {
  const secrets = new Map(Object.entries(stored));
  const requests: string[] = [];
  function answer(method: string, path: string, body: string): Answer {
    if (path.startsWith(`${APP}/config/configreferences/appsettings/refresh`))
      return { status: 200, body: {} };
    const [, name = '', versions] = /^\/secrets\/([\w-]+)(\/versions)?\?/.exec(path) ?? [];
    if (method === 'PUT' && !versions) {
      secrets.set(name, (JSON.parse(body) as { value: string }).value);
      return { status: 200, body: {} };
    }
    if (method === 'GET' && versions)
      return { status: 200, body: { value: secrets.has(name) ? [{ id: name }] : [] } };
    return { status: 400 };
  }
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const line = `${request.method} ${request.url}`;
    requests.push(line.replace(/\?.*/, ''));
    expect(request.headers.authorization).toBe('Bearer token-1');
    expect(request.url).toMatch(/api-version=\d/);
    const given = refuse(line) ?? answer(request.method ?? '', request.url ?? '', body);
    response.writeHead(given.status).end(given.body ? JSON.stringify(given.body) : '');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const rest: AzureRest = { send: (...request) => sendWith('token-1', ...request) };
  return { rest, place: { vaultUrl: url, managementUrl: url, appId: APP }, secrets, requests };
}

function person(...answers: (string | undefined)[]) {
  const asked: string[] = [];
  const told: string[] = [];
  return {
    asked,
    told,
    ask: async (question: string) => {
      asked.push(question);
      return answers.shift();
    },
    tell: (line: string) => void told.push(line),
  };
}

describe('after the resources are made', () => {
  test('both credentials are asked for, stored, and the app told to read them', async () => {
    const { rest, place, secrets, requests } = await azure();
    const somebody = person('the-key', 'the-secret');
    expect(await provideCredentials(rest, place, somebody, AT_ONCE)).toEqual([]);
    expect(Object.fromEntries(secrets)).toEqual({
      'cor-api-key': 'the-key',
      'cor-client-secret': 'the-secret',
    });
    expect(requests.at(-1)).toBe(`POST ${APP}/config/configreferences/appsettings/refresh`);
    // Neither is repeated, on the terminal or in an address.
    expect([...somebody.asked, ...somebody.told, ...requests].join('\n')).not.toMatch(/the-key|the-secret/);
  });

  test('what is there is not asked for, nor replaced, and the app is left alone', async () => {
    const { rest, place, requests } = await azure({ 'cor-api-key': 'a', 'cor-client-secret': 'b' });
    const somebody = person();
    expect(await provideCredentials(rest, place, somebody, AT_ONCE)).toEqual([]);
    expect(somebody.asked).toEqual([]);
    expect(requests.every((line) => line.startsWith('GET '))).toBe(true);
  });

  test('what nobody enters is named, and nothing is stored', async () => {
    const { rest, place, secrets } = await azure({ 'cor-api-key': 'a' });
    expect(await provideCredentials(rest, place, person(undefined), AT_ONCE)).toEqual(['cor-client-secret']);
    expect([...secrets.keys()]).toEqual(['cor-api-key']);
  });

  test('a role that does not work yet is waited for', async () => {
    let refusals = 3;
    const { rest, place, secrets } = await azure({}, () => {
      refusals -= 1;
      return refusals >= 0 ? forbidden('ForbiddenByRbac') : undefined;
    });
    expect(await provideCredentials(rest, place, person('k', 's'), AT_ONCE)).toEqual([]);
    expect(secrets.size).toBe(2);
  });

  test('a role that is never given is named, in bounded time', async () => {
    const { rest, place } = await azure({}, () => forbidden('ForbiddenByRbac'));
    const somebody = person('k', 's');
    const missing = await provideCredentials(rest, place, somebody, { everyMs: 5, withinMs: 20 });
    expect(missing).toEqual(['cor-api-key', 'cor-client-secret']);
    expect(somebody.told[0]).toContain('Key Vault Secrets Officer');
    expect(somebody.asked).toEqual([]);
  });

  test.each(['ForbiddenByFirewall', 'ForbiddenByConnection'])(
    'a closed vault (%s) is not waited for',
    async (code) => {
      const { rest, place, requests } = await azure({}, () => forbidden(code));
      const somebody = person();
      await provideCredentials(rest, place, somebody, { everyMs: 60_000, withinMs: 600_000 });
      expect(requests).toHaveLength(1);
      expect(somebody.told.join('\n')).toContain('vaultAllowedIps');
    },
  );

  test('a refresh that fails is told, and the credentials are there', async () => {
    const { rest, place, secrets } = await azure({}, (line) =>
      line.startsWith('POST ') ? { status: 500 } : undefined,
    );
    const somebody = person('k', 's');
    expect(await provideCredentials(rest, place, somebody, AT_ONCE)).toEqual([]);
    expect(somebody.told.join('\n')).toContain('24 hours');
    expect(secrets.size).toBe(2);
  });
});

test('the names are those that the template refers to', () => {
  for (const name of ['cor-api-key', 'cor-client-secret'])
    expect(bicep('resources.bicep')).toContain(`= '${name}'`);
});
