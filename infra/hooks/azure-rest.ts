import { setTimeout as sleep } from 'node:timers/promises';

/** A request to Azure by whoever deploys. `url` is whole; the answer's body is text. */
export interface AzureRest {
  send(method: 'GET' | 'PUT' | 'POST', url: string, body?: object): Promise<{ status: number; text: string }>;
}

const REQUEST_TIMEOUT_MS = 30_000;
const VAULT_API = '7.4';
const SITES_API = '2022-03-01';

/** Microsoft Entra scope of the service that a URL belongs to. */
function scopeOf(url: string): string {
  return new URL(url).hostname.startsWith('management.')
    ? 'https://management.azure.com/.default'
    : 'https://vault.azure.net/.default';
}

/** Signs in as `azd auth login` did, else as `az login` did. */
export async function signedInRest(): Promise<AzureRest> {
  const { AzureCliCredential, AzureDeveloperCliCredential, ChainedTokenCredential } = await import(
    '@azure/identity'
  );
  const credential = new ChainedTokenCredential(new AzureDeveloperCliCredential(), new AzureCliCredential());
  return {
    async send(method, url, body) {
      const { token } = await credential.getToken(scopeOf(url));
      return sendWith(token, method, url, body);
    },
  };
}

export async function sendWith(token: string, method: string, url: string, body?: object) {
  const response = await fetch(url, {
    method,
    redirect: 'error',
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    headers: {
      authorization: `Bearer ${token}`,
      ...(body && { 'content-type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  return { status: response.status, text: await response.text() };
}

export type SecretState =
  | { readonly kind: 'there' }
  | { readonly kind: 'missing' }
  /** `firewall`: the vault does not answer this address, which waiting does not change. */
  | { readonly kind: 'refused'; readonly by: 'role' | 'firewall' | 'other'; readonly status: number };

function refusal({ status, text }: { status: number; text: string }): SecretState {
  if (status !== 403) return { kind: 'refused', by: 'other', status };
  const by = /ForbiddenByFirewall|ForbiddenByConnection/.test(text) ? 'firewall' : 'role';
  return { kind: 'refused', by, status };
}

/** Whether the vault holds a secret of this name. The value does not come over. */
export async function findSecret(rest: AzureRest, vaultUrl: string, name: string): Promise<SecretState> {
  const answer = await rest.send(
    'GET',
    `${vaultUrl}/secrets/${name}/versions?maxresults=1&api-version=${VAULT_API}`,
  );
  if (answer.status === 404) return { kind: 'missing' };
  if (answer.status !== 200) return refusal(answer);
  const { value = [] } = JSON.parse(answer.text) as { value?: unknown[] };
  return value.length > 0 ? { kind: 'there' } : { kind: 'missing' };
}

/** Puts a value into the vault; `missing` is never its answer. */
export async function putSecret(
  rest: AzureRest,
  vaultUrl: string,
  name: string,
  value: string,
): Promise<SecretState> {
  const answer = await rest.send('PUT', `${vaultUrl}/secrets/${name}?api-version=${VAULT_API}`, { value });
  return answer.status === 200 ? { kind: 'there' } : refusal(answer);
}

/** Asks again while the vault refuses for want of a role: a role that was just given may take minutes to work. */
export async function onceTheRoleWorks(
  ask: () => Promise<SecretState>,
  { everyMs, withinMs }: { everyMs: number; withinMs: number },
): Promise<SecretState> {
  const until = performance.now() + withinMs;
  for (;;) {
    const state = await ask();
    const waits = state.kind === 'refused' && state.by === 'role' && performance.now() + everyMs < until;
    if (!waits) return state;
    await sleep(everyMs);
  }
}

/** Makes the platform read the app's Key Vault references again; by itself it does so within 24 hours. The app restarts. */
export async function refreshReferences(
  rest: AzureRest,
  managementUrl: string,
  appId: string,
): Promise<boolean> {
  const path = `${appId}/config/configreferences/appsettings/refresh?api-version=${SITES_API}`;
  return (await rest.send('POST', `${managementUrl}${path}`)).status < 300;
}
