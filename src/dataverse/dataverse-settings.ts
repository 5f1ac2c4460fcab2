import { type Organization, readOrganization } from './environment-url.ts';

/** How Dataverse is read. */
export interface DataverseSettings extends Pick<Organization, 'origin'> {
  /** Of the user-assigned identity that is an application user of the environment. */
  readonly clientId?: string;
  /** Instead of a token of Microsoft Entra: for a stand-in on this machine only. */
  readonly staticToken?: string;
}

interface Raw {
  readonly DATAVERSE_URL?: string | undefined;
  readonly DATAVERSE_CLIENT_ID?: string | undefined;
  readonly DATAVERSE_STATIC_TOKEN?: string | undefined;
}

/**
 * `undefined` where no environment is named: the connector then only hears. Adds to `problems` what is wrong.
 */
export function readDataverseSettings(raw: Raw, problems: string[]): DataverseSettings | undefined {
  const { DATAVERSE_URL: url, DATAVERSE_CLIENT_ID: clientId, DATAVERSE_STATIC_TOKEN: staticToken } = raw;
  if (!url) return undefined;
  try {
    const { origin, isLoopback } = readOrganization(url);
    if (staticToken && !isLoopback)
      problems.push('DATAVERSE_STATIC_TOKEN: is for a stand-in on this machine, unset it');
    return { origin, ...(clientId && { clientId }), ...(staticToken && { staticToken }) };
  } catch (error) {
    problems.push(`DATAVERSE_URL: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}
