import { DataverseError } from '../dataverse/dataverse-error.ts';
import type { DataverseSettings } from '../dataverse/dataverse-settings.ts';
import { dateKindProblems } from '../dataverse/date-kinds.ts';
import type { Identity } from '../dataverse/identity.ts';
import { IdentityLookup } from '../dataverse/identity-lookup.ts';
import { openReader } from '../dataverse/open-reader.ts';
import type { DataverseReader } from '../dataverse/reader.ts';
import { behindBreaker, ReaderBreaker } from '../dataverse/reader-breaker.ts';
import type { Mapping } from '../dynamics/mapping.ts';
import type { UnresolvedId } from '../dynamics/named-id.ts';
import type { Incomplete } from '../dynamics/translation.ts';
import type { Failure } from '../failure.ts';
import type { Log } from '../log.ts';
import { createHydrator, type HydratedMessage, type Hydration, type Hydrator } from './hydrate.ts';
import { lookUpFailure } from './look-up-failure.ts';

/**
 * What messages look up in Dataverse. A failure is a value: whoever asks may be in another bundle, where no
 * class of this one is known.
 */
export interface LookUps {
  hydrate(event: Incomplete, message: HydratedMessage): Promise<Hydration>;
  identify(id: UnresolvedId): Promise<Identity | { readonly kind: 'failed'; readonly failure: Failure }>;
  /** Whether the mapping's table can be read; what is wrong, for an operator. */
  check(): Promise<string | undefined>;
  /** The organization that is read; rejects when it cannot be asked. */
  organization(): Promise<string>;
  /** Date columns whose kind in the mapping is not that of the table; rejects when it cannot be asked. */
  dateKindProblems(): Promise<readonly string[]>;
  close(): Promise<void>;
}

export interface LookUpsOptions {
  readonly mapping: Mapping;
  /** UTC epoch ms. */
  readonly now: () => number;
  readonly log: Log;
}

/**
 * A message holds one of the places of its instance while it waits: what takes longer is tried again later.
 */
const MAX_PAUSE_MS = 5_000;
const TIMEOUT_MS = 30_000;
/** A row that is certainly not there: the answer says whether it could be read. */
const NO_ROW = '00000000-0000-0000-0000-000000000001';

function breakerOf({ now, log }: LookUpsOptions): ReaderBreaker {
  return new ReaderBreaker({
    now,
    onOpen: ({ code, status }, delayMs) =>
      log('warn', {
        evt: 'pause.started',
        dependency: 'dataverse',
        reason: 'Dataverse cannot be read',
        delayMs,
        ...(code !== undefined && { errorCode: code }),
        ...(status !== undefined && { httpStatus: status }),
      }),
    onClose: (durationMs) =>
      log('info', {
        evt: 'pause.ended',
        dependency: 'dataverse',
        reason: 'Dataverse cannot be read',
        durationMs,
      }),
  });
}

class ReadingLookUps implements LookUps {
  private readonly reader: DataverseReader;
  private readonly mapping: Mapping;
  private readonly hydrator: Hydrator;
  private readonly identities: IdentityLookup;

  constructor(reader: DataverseReader, { mapping, now }: LookUpsOptions) {
    this.reader = reader;
    this.mapping = mapping;
    this.hydrator = createHydrator(reader, mapping, now);
    this.identities = new IdentityLookup(reader, mapping, now);
  }

  hydrate(event: Incomplete, message: HydratedMessage): Promise<Hydration> {
    return this.hydrator.hydrate(event, message);
  }

  async identify(id: UnresolvedId) {
    try {
      return await this.identities.find(id);
    } catch (error) {
      return { kind: 'failed', failure: lookUpFailure(error) } as const;
    }
  }

  async check(): Promise<string | undefined> {
    try {
      await this.reader.row(this.mapping.table, NO_ROW, { columns: [] });
      return undefined;
    } catch (error) {
      if (error instanceof DataverseError) return error.failure.description;
      throw error;
    }
  }

  async organization(): Promise<string> {
    return (await this.reader.whoAmI()).organizationId;
  }

  async dateKindProblems(): Promise<readonly string[]> {
    return dateKindProblems(this.mapping, await this.reader.metadata(this.mapping.table));
  }

  close(): Promise<void> {
    return this.reader.close();
  }
}

/** Opens a reader of the environment for messages. Load this file only where the settings name one. */
export function openLookUps(settings: DataverseSettings, options: LookUpsOptions): LookUps {
  const reader = openReader(settings, { maxPauseMs: MAX_PAUSE_MS, timeoutMs: TIMEOUT_MS });
  return new ReadingLookUps(behindBreaker(reader, breakerOf(options)), options);
}
