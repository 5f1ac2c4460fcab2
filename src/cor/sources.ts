/** `metadata.source` of what Dynamics created. */
export const DEFAULT_SOURCE = 'MICROSOFT_DYNAMICS';

/**
 * The values of `metadata.source` that COR documents (API reference, "Create project"). It may know more by
 * now.
 */
const KNOWN_SOURCES: ReadonlySet<string> = new Set([
  'JIRA',
  'SALESFORCE',
  'ADVERTMIND',
  'QUICKBOOKS',
  'ZAPIER',
  'OKTA',
  DEFAULT_SOURCE,
  'GITHUB',
  'MICROSOFT_TEAMS',
  'VBS',
  'SAP',
  'GLOBANT',
]);

/** What to say about a source that COR does not document; `undefined` for the others. */
export function sourceWarning(source: string): string | undefined {
  if (KNOWN_SOURCES.has(source)) return undefined;
  return `COR_SOURCE: COR documents no source "${source}", only ${[...KNOWN_SOURCES].join(', ')}. Users and workspaces are found under the source that created them.`;
}
