import { credentialFor } from '../credential.ts';
import { type AccessTokens, accessTokens } from './access-token.ts';
import type { DataverseSettings } from './dataverse-settings.ts';
import { createReader, type DataverseReader } from './reader.ts';
import { createWebApi, type WebApiOptions } from './web-api.ts';

function tokensOf({ clientId, staticToken }: DataverseSettings): AccessTokens {
  return staticToken === undefined ? accessTokens(() => credentialFor(clientId)) : async () => staticToken;
}

/** A reader as the settings say. Load this file only where they name an environment. */
export function openReader(
  settings: DataverseSettings,
  options: Partial<WebApiOptions> = {},
): DataverseReader {
  return createReader(createWebApi({ origin: settings.origin, tokens: tokensOf(settings), ...options }));
}
