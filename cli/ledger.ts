import { createCallSlots } from '../src/cor/call-slots.ts';
import { createCircuitBreaker } from '../src/cor/circuit-breaker.ts';
import { openCor } from '../src/cor/open-cor.ts';
import type { LedgerDocument } from '../src/ledger/document.ts';
import type { Ledger } from '../src/ledger/ledger.ts';
import { openLedger } from '../src/ledger/open-ledger.ts';
import { LedgerUnreadableError } from '../src/ledger/parse-document.ts';
import { percentagesOn } from '../src/ledger/percentages.ts';
import { storageFailure } from '../src/ledger/storage-failure.ts';
import { today } from '../src/ledger/today.ts';
import { readLedgerSettings, readSettings, type Settings } from '../src/settings.ts';
import { type Verification, verifyUser } from '../src/sync/verify-user.ts';
import { type Command, isWrongUse, readCommand, USAGE } from './ledger/command-line.ts';
import { documentTables, userTable } from './ledger/tables.ts';
import { commandSettings } from './settings.ts';

interface Found {
  readonly documents: readonly LedgerDocument[];
  readonly unreadable: readonly { readonly user: string; readonly problem: string }[];
}

type Verdicts = ReadonlyMap<string, Verification>;

async function everyDocument(ledger: Ledger): Promise<Found> {
  const documents: LedgerDocument[] = [];
  const unreadable: { user: string; problem: string }[] = [];
  for await (const user of ledger.users()) {
    try {
      const { document } = await ledger.load(user);
      // A document without entries only guarded a user against other instances while a message was refused.
      if (Object.keys(document.assignments).length > 0) documents.push(document);
    } catch (error) {
      // The others are to be seen all the same.
      if (!(error instanceof LedgerUnreadableError)) throw error;
      unreadable.push({ user, problem: error.message });
    }
  }
  return { documents: documents.sort((a, b) => a.user.localeCompare(b.user)), unreadable };
}

async function oneDocument(ledger: Ledger, user: string): Promise<Found> {
  const { document, etag } = await ledger.load(user);
  if (etag === undefined) {
    throw new Error(
      `The ledger has no document of user "${user}": no event of this user was applied yet. "npm run ledger -- list" shows all users; ids are case-sensitive.`,
    );
  }
  return { documents: [document], unreadable: [] };
}

/** Asks COR about each user, and tells of each at once: many users take a while. */
async function verify(
  documents: readonly LedgerDocument[],
  ledger: Ledger,
  settings: Settings,
  tell: (user: string, found: Verification) => void,
): Promise<Verdicts> {
  const verdicts = new Map<string, Verification>();
  const cor = openCor(settings.cor);
  const options = {
    ledger,
    cor,
    slots: createCallSlots(1),
    breaker: createCircuitBreaker({ now: Date.now }),
    rule: settings.mapping.percentage,
    today: () => today(settings.mapping.percentage, Date.now()),
    log: () => {},
    createMissing: false,
  };
  try {
    for (const { user } of documents) {
      const found = await verifyUser(user, options);
      verdicts.set(user, found);
      tell(user, found);
    }
  } finally {
    await cor.close();
  }
  return verdicts;
}

function verdictText(user: string, found: Verification): string {
  switch (found.kind) {
    case 'equal':
      return `${user}: COR holds what the ledger says (COR calls made: ${found.corCalls})`;
    case 'differs':
      return `${user}: COR differs: ${found.failure.description}`;
    case 'unavailable':
      return `${user}: not compared: ${found.failure.description} Run this again later.`;
  }
}

async function run(command: Command): Promise<number> {
  const environment = commandSettings(command);
  const { ledger: connection, mapping } = readLedgerSettings(environment);
  if (connection === 'memory')
    throw new Error(
      'LedgerStorage is "memory": such a ledger lives inside the app only and cannot be looked at.',
    );
  // All that is needed is checked before anything is printed.
  const settings = command.verify ? readSettings(environment) : undefined;
  const ledger = openLedger(connection);
  const { documents, unreadable } =
    command.user === undefined ? await everyDocument(ledger) : await oneDocument(ledger, command.user);
  const day = today(mapping.percentage, Date.now());
  const held = (document: LedgerDocument): Record<string, number> =>
    Object.fromEntries(
      [...percentagesOn(document.assignments, mapping.percentage, day)].map(([id, { percentage }]) => [
        id,
        percentage,
      ]),
    );

  if (command.name === 'export') for (const document of documents) console.log(JSON.stringify(document));
  else if (!command.json) {
    for (const document of command.name === 'show' ? documents : [])
      console.log(documentTables(document, held(document)));
    if (command.name === 'list') console.log(userTable(documents, held));
  }
  const tell = (user: string, found: Verification): void => {
    if (!command.json) console.log(verdictText(user, found));
  };
  const verdicts: Verdicts = settings ? await verify(documents, ledger, settings, tell) : new Map();
  if (command.json) {
    const shown = documents.map((document) => {
      const verified = verdicts.get(document.user);
      return { ...document, percentages: held(document), ...(verified && { verified }) };
    });
    console.log(JSON.stringify(command.name === 'show' ? shown[0] : shown, null, 2));
  }
  for (const { user, problem } of unreadable) console.error(`${user}: ${problem}`);
  return unreadable.length === 0 && [...verdicts.values()].every(({ kind }) => kind === 'equal') ? 0 : 1;
}

/** The SDK's errors repeat URLs and headers; ours say what to do. */
function explain(error: unknown): string {
  const { code, statusCode } = (error ?? {}) as { code?: unknown; statusCode?: unknown };
  if (statusCode !== undefined || (typeof code === 'string' && /^E[A-Z]+$|REQUEST_SEND_ERROR/.test(code)))
    return storageFailure(error, () => {}).description;
  return error instanceof Error ? error.message : String(error);
}

try {
  const command = readCommand(process.argv.slice(2));
  if (command) process.exitCode = await run(command);
  else console.log(USAGE);
} catch (error) {
  const wrongUse = isWrongUse(error);
  if (wrongUse) console.error(`${error.message}\n\n${USAGE}`);
  else console.error(explain(error));
  process.exitCode = wrongUse ? 2 : 1;
}
