import { join } from 'node:path';
import type { Command } from 'commander';
import type { LedgerDocument } from '../../src/ledger/document.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { openLedger } from '../../src/ledger/open-ledger.ts';
import { percentagesOn } from '../../src/ledger/percentages.ts';
import { rowsInTwo } from '../../src/ledger/rows-in-two.ts';
import { planningDay } from '../../src/ledger/today.ts';
import { readLedgerSettings, readSettings, type Settings } from '../../src/settings.ts';
import { EXIT, type ExitCode } from '../frame/exit-code.ts';
import { examples, jsonOption, whereOptions } from '../frame/options.ts';
import { nameOfNow, privateFolder, writePrivateFile } from '../frame/private-file.ts';
import type { Define } from '../frame/program.ts';
import type { Session } from '../frame/session.ts';
import { commandSettings, ledgerTarget, type Where } from '../frame/settings.ts';
import { UsageError } from '../frame/usage-error.ts';
import { everyDocument, type Found, oneDocument } from './documents.ts';
import { forgetVersionsCommand } from './forget-versions.ts';
import { organizationCommands } from './organization.ts';
import { rowInTwoText } from './row-in-two-text.ts';
import { showDocument, userTable } from './tables.ts';
import { type Verdicts, verdictText, verifyAll } from './verify.ts';

interface Options extends Where {
  readonly json?: boolean;
  readonly verify?: boolean;
}

interface Opened {
  readonly ledger: Ledger;
  /** Only where COR is to be asked too. */
  readonly settings: Settings | undefined;
  held(document: LedgerDocument): Record<string, number>;
}

function open(options: Options, session: Session): Opened {
  const environment = commandSettings(options, session);
  const ledgerSettings = readLedgerSettings(environment);
  const { ledger, mapping } = ledgerSettings;
  if (ledger === 'memory')
    throw new UsageError(
      'LedgerStorage is "memory": such a ledger lives inside the app only and cannot be looked at.',
    );
  const settings = options.verify ? readSettings(environment) : undefined;
  session.target(
    settings ? `${ledgerTarget(ledger)}; COR at ${new URL(settings.cor.baseUrl).host}` : ledgerTarget(ledger),
  );
  const day = planningDay(ledgerSettings, Date.now());
  return {
    ledger: openLedger(ledger).ledger,
    settings,
    held: ({ assignments }) => {
      const told = [...percentagesOn(assignments, mapping.percentage, day)];
      return Object.fromEntries(told.map(([workspace, { percentage }]) => [workspace, percentage]));
    },
  };
}

async function readAll({ ledger }: Opened, session: Session): Promise<Found> {
  const progress = session.progress('Read documents');
  try {
    return await everyDocument(ledger, (read) => progress.update(read));
  } finally {
    progress.end();
  }
}

function sayUnreadable({ unreadable }: Found, session: Session): void {
  for (const { user, problem } of unreadable) session.say(`${user}: ${problem}`, 'red');
}

function verify(
  documents: readonly LedgerDocument[],
  { ledger, settings }: Opened,
  options: Options,
  session: Session,
) {
  if (!settings) return new Map() as Verdicts;
  return verifyAll(documents, ledger, settings, session, (user, found) => {
    if (!options.json) session.print(verdictText(user, found), found.kind === 'equal' ? undefined : 'red');
  });
}

function asJson(document: LedgerDocument, { held }: Opened, verdicts: Verdicts): object {
  const verified = verdicts.get(document.user);
  return { ...document, percentages: held(document), ...(verified && { verified }) };
}

function exitCode(documents: readonly LedgerDocument[], verdicts: Verdicts, { settings }: Opened): ExitCode {
  const equal = (document: LedgerDocument) => verdicts.get(document.user)?.kind === 'equal';
  return settings === undefined || documents.every(equal) ? EXIT.done : EXIT.differs;
}

async function list(session: Session, options: Options): Promise<ExitCode> {
  const opened = open(options, session);
  const found = await readAll(opened, session);
  const { documents, unreadable } = found;
  if (!options.json) session.table(userTable(documents, opened.held));
  const verdicts = await verify(documents, opened, options, session);
  if (options.json) session.json(documents.map((document) => asJson(document, opened, verdicts)));
  const doubled = options.verify ? rowsInTwo(documents) : [];
  for (const row of doubled) session.say(rowInTwoText(row), 'red');
  sayUnreadable(found, session);
  const isWhole = unreadable.length === 0 && doubled.length === 0;
  return isWhole ? exitCode(documents, verdicts, opened) : EXIT.differs;
}

async function show(session: Session, options: Options, user: string): Promise<ExitCode> {
  const opened = open(options, session);
  const document = await oneDocument(opened.ledger, user);
  if (!document) {
    session.say(
      `The ledger has no document of user "${user}": no event of this user was applied yet. "ledger list" shows all users; ids are case-sensitive.`,
    );
    return EXIT.differs;
  }
  if (!options.json) showDocument(document, opened.held(document), session);
  const verdicts = await verify([document], opened, options, session);
  if (options.json) session.json(asJson(document, opened, verdicts));
  return exitCode([document], verdicts, opened);
}

async function exportAll(session: Session, options: Options): Promise<ExitCode> {
  const found = await readAll(open(options, session), session);
  const file = join(privateFolder(session.shell, 'ledger'), `${nameOfNow()}.jsonl`);
  writePrivateFile(file, found.documents.map((document) => `${JSON.stringify(document)}\n`).join(''));
  session.print(file);
  session.say(
    `${found.documents.length} documents are there. They hold personal data: delete the file when you are done.`,
  );
  sayUnreadable(found, session);
  return found.unreadable.length > 0 ? EXIT.differs : EXIT.done;
}

const withVerify = (command: Command) =>
  whereOptions(command)
    .addOption(jsonOption())
    .option('--verify', 'also tells COR all of it again and compares the reply, which mends what differs');

export const ledgerCommands: Define = (parent, run) => {
  const ledger = parent
    .command('ledger')
    .summary('what the connector believes that COR holds')
    .description('Shows what the connector believes that COR holds, user by user.');
  examples(ledger, [
    ['./connector ledger list', 'everybody'],
    ['./connector ledger show USER', 'one user, by external id'],
  ]);
  const listing = withVerify(
    ledger
      .command('list')
      .summary('all users')
      .description('All users: assignments, workspaces. With --verify also rows that stand with two users.'),
  );
  examples(listing, [
    ['./connector ledger list', 'what the ledger says'],
    ['./connector ledger list --verify', 'exit code 0 only when COR says the same'],
  ]).action(run<Options>(list));
  const showing = withVerify(
    ledger
      .command('show')
      .summary('one user')
      .description('One user: every assignment, the percentage of every workspace.')
      .argument('<user>', 'external id of the user; upper and lower case are different'),
  );
  examples(showing, [['./connector ledger show USER --verify', 'compares with COR, too']]).action(
    run<Options, [string]>(show),
  );
  whereOptions(
    ledger
      .command('export')
      .summary('writes every document into a file')
      .description('Writes every document, one line of JSON each, into a new file below .local/ledger.'),
  ).action(run<Options>(exportAll));
  organizationCommands(ledger, run);
  forgetVersionsCommand(ledger, run);
};
