import { z } from 'zod';
import { parseAs } from '../parse-as.ts';
import { DamagedDocumentError, type NamedDocuments } from './named-documents.ts';

const NAME = 'organization.json';

const schema = z.object({
  id: z.guid(),
  pinnedAt: z.iso.datetime(),
  by: z.enum(['message', 'command', 'dataverse']),
});

/**
 * The Dataverse organization that a ledger belongs to. `by`: the first message of it, an operator, or
 * Dataverse itself said so.
 */
export type PinnedOrganization = z.output<typeof schema>;

/**
 * The organization that is pinned; `undefined` while none is. Rejects when the storage cannot be reached, or
 * holds something else.
 */
export async function readPinnedOrganization(
  documents: NamedDocuments,
): Promise<PinnedOrganization | undefined> {
  const found = await documents.read(NAME);
  if (!found) return undefined;
  const parsed = parseAs(schema, found.value);
  if (parsed.success) return parsed.data;
  throw new DamagedDocumentError(
    NAME,
    'names no organization. Say "./connector ledger organization set ID".',
  );
}

/**
 * Pins `id` unless another is pinned already, and returns the one that is pinned then: of two who pin at once
 * one is first.
 */
export async function pinOrganization(
  documents: NamedDocuments,
  pin: PinnedOrganization,
): Promise<PinnedOrganization> {
  const isFirst = (await documents.write(NAME, pin, undefined)) === 'saved';
  return isFirst ? pin : ((await readPinnedOrganization(documents)) ?? pinOrganization(documents, pin));
}

/** Pins `id` whatever is pinned. */
export async function setOrganization(documents: NamedDocuments, pin: PinnedOrganization): Promise<void> {
  await documents.remove(NAME);
  await documents.write(NAME, pin, undefined);
}

/** The next message of the table pins its own. */
export function forgetOrganization(documents: NamedDocuments): Promise<void> {
  return documents.remove(NAME);
}
