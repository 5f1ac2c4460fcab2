import { isLoopback } from '../http/endpoint.ts';
import { SettingsError } from '../settings-error.ts';

/** A Dataverse environment. */
export interface Organization {
  /** Such as `https://contoso.crm.dynamics.com`. */
  readonly origin: string;
  /** Not Dataverse but a stand-in on this machine. */
  readonly isLoopback: boolean;
}

const EXAMPLE = 'https://contoso.crm.dynamics.com';

/** Reads the URL of an environment. Throws `SettingsError`, which repeats nothing but the host. */
export function readOrganization(value: string): Organization {
  const url = URL.parse(value);
  if (!url) throw new SettingsError(`The environment's URL should look like ${EXAMPLE}.`);
  const isLocal = isLoopback(url.hostname);
  // The requests carry a bearer token and the key of the queue.
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLocal))
    throw new SettingsError(`The environment's URL must use https, such as ${EXAMPLE}.`);
  if (url.username || url.password || url.pathname !== '/' || url.search || url.hash)
    throw new SettingsError(`The environment's URL should be ${url.protocol}//${url.host} and no more.`);
  return { origin: url.origin, isLoopback: isLocal };
}
