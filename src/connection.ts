import { isLoopback } from './http/endpoint.ts';
import { readPairs } from './key-value-pairs.ts';

/** How to reach an Azure service: a connection string, or an address plus a Microsoft Entra identity. */
export type Connection =
  | { readonly connectionString: string }
  | { readonly address: string; readonly clientId?: string };

/** What a setting's value stands for, or what it should be: without the value, which may be a secret. */
export type Read<Value> =
  | { readonly kind: 'read'; readonly value: Value }
  | { readonly kind: 'problem'; readonly should: string };

const SERVICE_BUS_FORM =
  'Endpoint=sb://<namespace>.servicebus.windows.net/;SharedAccessKeyName=<rule>;SharedAccessKey=<key>';
const STORAGE_FORM =
  'DefaultEndpointsProtocol=https;AccountName=<account>;AccountKey=<key>;EndpointSuffix=core.windows.net';
const REFERENCE =
  'what the Key Vault reference stands for; App Service could not read it: check the secret, and the role Key Vault Secrets User';

const problem = (should: string): Read<never> => ({ kind: 'problem', should });
const read = <Value>(value: Value): Read<Value> => ({ kind: 'read', value });

/** App Service leaves the reference itself in a setting when it cannot read the vault. */
const isReference = (text: string): boolean => /^@Microsoft\.KeyVault\(/i.test(text);

/** https, or http on this machine: the requests carry a key or a token. */
function isSafeUrl(text: string): boolean {
  const url = URL.parse(text);
  return (
    url !== null && (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname)))
  );
}

/**
 * A connection string of Service Bus. Plain AMQP is what the emulator speaks, so it has to be on this
 * machine.
 */
export function serviceBusConnectionString(text: string): Read<string> {
  if (isReference(text)) return problem(REFERENCE);
  const pairs = readPairs(text);
  const endpoint = URL.parse((pairs?.get('endpoint') ?? '').replace(/^sb:/i, 'http:'));
  const hasKey = pairs?.has('sharedaccesskeyname') && pairs.has('sharedaccesskey');
  if (!pairs || !endpoint || !/^sb:/i.test(pairs.get('endpoint') ?? ''))
    return problem(asConnectionString(SERVICE_BUS_FORM));
  if (!hasKey && !pairs.has('sharedaccesssignature')) return problem(asConnectionString(SERVICE_BUS_FORM));
  if (/^true$/i.test(pairs.get('usedevelopmentemulator') ?? '') && !isLoopback(endpoint.hostname))
    return problem('without UseDevelopmentEmulator=true, which means no TLS, except on this machine');
  return read(text);
}

/** A connection string of a storage account, over https except on this machine. */
export function storageConnectionString(text: string): Read<string> {
  if (isReference(text)) return problem(REFERENCE);
  const pairs = readPairs(text);
  if (!pairs) return problem(asConnectionString(STORAGE_FORM));
  if (/^true$/i.test(pairs.get('usedevelopmentstorage') ?? '')) return read(text);
  const endpoint = pairs.get('blobendpoint');
  const hasKey = pairs.has('accountname') && pairs.has('accountkey');
  if (!hasKey && !(endpoint && pairs.has('sharedaccesssignature')))
    return problem(asConnectionString(STORAGE_FORM));
  const isSafe = endpoint
    ? isSafeUrl(endpoint)
    : (pairs.get('defaultendpointsprotocol') ?? 'https').toLowerCase() === 'https';
  return isSafe ? read(text) : problem('a connection string with https (plain http is only for localhost)');
}

const asConnectionString = (form: string) => `a connection string such as ${form}`;

/** The address of a namespace: a host name and no more. */
export function namespaceAddress(text: string): Read<string> {
  return /^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(text)
    ? read(text)
    : problem('a host name such as <namespace>.servicebus.windows.net, without sb:// or https://');
}

/** The address of a storage account's Blob service. */
export function blobServiceUri(text: string): Read<string> {
  return isSafeUrl(text)
    ? read(text)
    : problem('an https URL such as https://<account>.blob.core.windows.net');
}

export function storageAccountName(text: string): Read<string> {
  return /^[a-z0-9]{3,24}$/.test(text)
    ? read(`https://${text}.blob.core.windows.net`)
    : problem('the name of a storage account: 3 to 24 lower-case letters and digits');
}
