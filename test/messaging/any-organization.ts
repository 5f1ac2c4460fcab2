import { createMemoryStore } from '../../src/ledger/memory-store.ts';
import { createNamedDocuments } from '../../src/ledger/named-documents.ts';
import { OrganizationGuard } from '../../src/messaging/organization-guard.ts';

/** A guard of its own for messages that name no organization, or one and the same. */
export function anyOrganization(): OrganizationGuard {
  return new OrganizationGuard({
    organization: undefined,
    documents: createNamedDocuments(createMemoryStore()),
    clock: { now: () => 0 },
    log: () => {},
  });
}
