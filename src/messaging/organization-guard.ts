import type { Clock } from '../clock.ts';
import { type DeadLetter, deadLetter } from '../dead-letter-reason.ts';
import { ZERO_GUID } from '../dynamics/guid.ts';
import type { NamedDocuments } from '../ledger/named-documents.ts';
import { type PinnedOrganization, pinOrganization, readPinnedOrganization } from '../ledger/organization.ts';
import type { Log } from '../log.ts';

/** Who says which organization is ours, and how often it is asked again. */
export interface OrganizationGuardOptions {
  /** The setting. Where it is there, nothing is pinned or read. */
  readonly organization: string | undefined;
  readonly documents: NamedDocuments;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
}

/** What is known of the pin, and when it was read. */
interface Known {
  readonly id: string;
  readonly at: number;
}

/** So long an operator who pins another may have to wait until every instance has seen it. */
const MAX_AGE_MS = 5 * 60_000;
/** A copied environment may post thousands of messages: its pin is not read for each. */
const MAX_AGE_FOREIGN_MS = 10_000;
const WARNING_EVERY_MS = 60 * 60_000;

/**
 * Only our own environment: a copied sandbox carries our steps along, posts to the same queue, and would
 * rewrite production in COR.
 */
export class OrganizationGuard {
  private readonly options: OrganizationGuardOptions;
  private known: Known | undefined;
  private reading: Promise<Known> | undefined;
  private warnedAt = -Infinity;

  constructor(options: OrganizationGuardOptions) {
    this.options = options;
  }

  /**
   * Why a message of our table is none of ours; `undefined` when it is. The first one pins its organization
   * where nothing else says which is ours. Rejects when the pin cannot be read or written.
   */
  async refusalOf(organization: string | undefined): Promise<DeadLetter | undefined> {
    if (organization === undefined || organization === ZERO_GUID) {
      this.warn();
      return undefined;
    }
    const ours = this.options.organization ?? (await this.pinnedFor(organization));
    return organization === ours ? undefined : wrongOrganization(organization, ours);
  }

  /**
   * The pin; read again when what is known of it is too old to answer for `organization`. Many messages share
   * one read.
   */
  private async pinnedFor(organization: string): Promise<string> {
    const now = this.options.clock.now();
    const maxAge = organization === this.known?.id ? MAX_AGE_MS : MAX_AGE_FOREIGN_MS;
    if (this.known && now - this.known.at < maxAge) return this.known.id;
    this.reading ??= this.read(organization, now).finally(() => {
      this.reading = undefined;
    });
    this.known = await this.reading;
    return this.known.id;
  }

  private async read(organization: string, at: number): Promise<Known> {
    const { documents, log } = this.options;
    const found = await readPinnedOrganization(documents);
    if (found) return { id: found.id, at };
    const { id } = await pinOrganization(documents, pinOf(organization, at));
    log('info', { evt: 'organization.pinned', organizationId: id });
    return { id, at };
  }

  private warn(): void {
    const now = this.options.clock.now();
    if (now - this.warnedAt < WARNING_EVERY_MS) return;
    this.warnedAt = now;
    const reason = 'A message names no organization, so it cannot be told whether it is of this environment';
    this.options.log('warn', { evt: 'organization.unknown', reason });
  }
}

function pinOf(id: string, now: number): PinnedOrganization {
  return { id, pinnedAt: new Date(now).toISOString(), by: 'message' };
}

function wrongOrganization(organization: string, ours: string): DeadLetter {
  return deadLetter(
    'WrongOrganization',
    `The message is of organization ${organization}, and this app is for ${ours}. A copied or restored environment carries the steps along: ` +
      'disable them there (./connector dataverse remove), then discard these messages. If it is the new production, say ' +
      '"./connector ledger organization set ID" or set DATAVERSE_ORGANIZATION_ID, then replay.',
  );
}
