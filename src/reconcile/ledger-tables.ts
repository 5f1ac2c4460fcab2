import type { NamedDocuments } from '../ledger/named-documents.ts';
import { RunError } from './run-error.ts';

const FOLDER = 'reconcile/tables/';

/** Notes that the ledger is used by a connector of `table`. */
export async function claimTable(documents: NamedDocuments, table: string): Promise<void> {
  await documents.write(`${FOLDER}${table}.json`, { table }, undefined);
}

/**
 * An entry of the ledger does not say of which table its row is. Where the connectors of two tables share a
 * ledger, the rows of one would
 * look as if they were gone to the other. Throws `RunError`.
 */
export async function requireOwnLedger(documents: NamedDocuments, table: string): Promise<void> {
  for await (const name of documents.names(FOLDER)) {
    const other = name.slice(FOLDER.length, -'.json'.length);
    if (other !== table)
      throw new RunError(
        'sharedLedger',
        `The ledger is also that of table ${other}, whose rows would look as if they were gone. Give each connector a storage account of its own (LedgerStorage). If that table is not read any more, delete ${name} in the container cor-ledger.`,
      );
  }
}
