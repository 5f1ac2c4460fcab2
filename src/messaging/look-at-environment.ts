import type { Clock } from '../clock.ts';
import type { NamedDocuments } from '../ledger/named-documents.ts';
import { pinOrganization } from '../ledger/organization.ts';
import type { Log } from '../log.ts';
import type { LookUps } from './look-ups.ts';

export interface EnvironmentOptions {
  /** The setting that says which organization is ours. */
  readonly organization: string | undefined;
  readonly documents: NamedDocuments;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
}

/**
 * Which organization this app is for: the setting, the one that is pinned, or from now on the one that is
 * read.
 */
async function ourOrganization(
  read: string,
  { organization, documents, clock }: EnvironmentOptions,
): Promise<string> {
  if (organization !== undefined) return organization;
  const pinnedAt = new Date(clock.now()).toISOString();
  return (await pinOrganization(documents, { id: read, pinnedAt, by: 'dataverse' })).id;
}

/**
 * Looks once at the environment that is read: is it ours, and are its date columns what the mapping takes
 * them for? What differs is warned of. Rejects when Dataverse or the storage cannot be asked.
 */
export async function lookAtEnvironment(lookUps: LookUps, options: EnvironmentOptions): Promise<void> {
  const { log } = options;
  const organizationId = await lookUps.organization();
  const ours = await ourOrganization(organizationId, options);
  if (ours !== organizationId)
    log('warn', {
      evt: 'organization.differs',
      organizationId,
      reason: `DATAVERSE_URL is the environment of another organization than this app is for (${ours}): no row is read for its messages. Set DATAVERSE_URL to the environment that posts to the queue.`,
    });
  for (const reason of await lookUps.dateKindProblems()) log('warn', { evt: 'dataverse.dateKind', reason });
}
