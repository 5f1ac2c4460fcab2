/** A service's origin, for the connection pool, and the path its requests start with. */
export interface Endpoint {
  readonly origin: string;
  /** Starts with `/`; no trailing slash unless it is the whole path. */
  readonly path: string;
  readonly search: string;
}

/**
 * Reads an endpoint setting. Throws an Error that names the setting and never repeats credentials written
 * into the URL. https is required except on loopback: the calls carry a bearer token.
 */
export function parseEndpoint(setting: string, value: string): Endpoint {
  const url = URL.parse(value);
  if (!url) {
    throw new Error(
      `${setting} is no URL. Give an absolute one, such as https://integrations.projectcor.com`,
    );
  }
  if (url.username || url.password) {
    throw new Error(
      `${setting} must not hold a user name or password: COR's key and secret have settings of their own`,
    );
  }
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname))) {
    throw new Error(
      `${setting} must use https (plain http is only for localhost), but is ${url.protocol}//${url.host}`,
    );
  }
  if (url.hash) {
    throw new Error(`${setting} must not have a fragment (#…)`);
  }
  return { origin: url.origin, path: url.pathname.replace(/(?<=.)\/$/, ''), search: url.search };
}

/** `hostname` as the URL parser gives it: lower case, IPv4 in dotted form, IPv6 in brackets. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/**
 * Percent-encodes an external id as exactly one path segment. `.` is encoded too when it would stand alone,
 * because `/users/../attach` names another route. A lone surrogate, which no URL can carry, becomes U+FFFD.
 */
export function pathSegment(id: string): string {
  if (id === '.' || id === '..') return id.replaceAll('.', '%2E');
  return encodeURIComponent(id.toWellFormed());
}
