import type { Command } from 'commander';
import { readGuid, ZERO_GUID } from '../../src/dynamics/guid.ts';
import type { NamedDocuments } from '../../src/ledger/named-documents.ts';
import { openLedger } from '../../src/ledger/open-ledger.ts';
import {
  forgetOrganization,
  type PinnedOrganization,
  readPinnedOrganization,
  setOrganization,
} from '../../src/ledger/organization.ts';
import { readLedgerSettings } from '../../src/settings.ts';
import { EXIT, type ExitCode } from '../frame/exit-code.ts';
import { localTime } from '../frame/local-time.ts';
import { whereOptions, yesOption } from '../frame/options.ts';
import type { Run } from '../frame/program.ts';
import type { Session } from '../frame/session.ts';
import { commandSettings, ledgerTarget, type Where } from '../frame/settings.ts';
import { UsageError } from '../frame/usage-error.ts';

interface Options extends Where {
  readonly yes?: boolean;
}

const HOW: Readonly<Record<PinnedOrganization['by'], string>> = {
  message: 'by the first message',
  command: 'by this command',
  dataverse: 'by Dataverse itself',
};

function open(options: Options, session: Session): NamedDocuments {
  const environment = commandSettings(options, session);
  const { ledger, organization } = readLedgerSettings(environment);
  if (ledger === 'memory')
    throw new UsageError('LedgerStorage is "memory": nothing can be pinned beside such a ledger.');
  session.target(ledgerTarget(ledger));
  if (organization !== undefined)
    session.say(`DATAVERSE_ORGANIZATION_ID is ${organization}: what is pinned does not count.`);
  return openLedger(ledger).documents;
}

function tell(pinned: PinnedOrganization | undefined, session: Session): void {
  if (pinned) session.print(`${pinned.id}, pinned ${HOW[pinned.by]} on ${localTime(pinned.pinnedAt)}`);
  else session.print('No organization is pinned: the next message of the table pins its own.');
}

async function isConfirmed(question: string, { yes }: Options, session: Session): Promise<boolean> {
  const confirmed = await session.confirm(question, yes);
  if (!confirmed) session.say('Nothing was changed.');
  return confirmed;
}

async function show(session: Session, options: Options): Promise<ExitCode> {
  tell(await readPinnedOrganization(open(options, session)), session);
  return EXIT.done;
}

async function set(session: Session, options: Options, text: string): Promise<ExitCode> {
  const id = readGuid(text);
  if (id === undefined || id === ZERO_GUID)
    throw new UsageError('The organization should be a GUID, as "doctor" prints it.');
  session.requireAnswer(options.yes);
  const documents = open(options, session);
  const question = `From now on only messages of organization ${id} are taken. Pin it?`;
  if (!(await isConfirmed(question, options, session))) return EXIT.differs;
  await setOrganization(documents, { id, pinnedAt: new Date().toISOString(), by: 'command' });
  tell(await readPinnedOrganization(documents), session);
  session.say('Every instance has seen it within five minutes.');
  return EXIT.done;
}

async function forget(session: Session, options: Options): Promise<ExitCode> {
  session.requireAnswer(options.yes);
  const documents = open(options, session);
  const question =
    'The next message of the table pins its organization, whichever that is. Forget the one that is pinned?';
  if (!(await isConfirmed(question, options, session))) return EXIT.differs;
  await forgetOrganization(documents);
  tell(await readPinnedOrganization(documents), session);
  return EXIT.done;
}

/** `ledger organization [set ID | forget]` */
export function organizationCommands(ledger: Command, run: Run): void {
  const organization = ledger
    .command('organization')
    .summary('whose events are taken')
    .description('The Dataverse organization whose events are taken: those of any other are dead-lettered.');
  whereOptions(
    organization.command('show', { isDefault: true }).description('Shows the one that is pinned.'),
  ).action(run<Options>(show));
  whereOptions(
    organization
      .command('set')
      .description('Pins another. Asks first.')
      .argument('<id>', 'id of the organization, as "doctor" prints it'),
  )
    .addOption(yesOption())
    .action(run<Options, [string]>(set));
  whereOptions(organization.command('forget').description('Lets the next message of the table pin its own.'))
    .addOption(yesOption())
    .action(run<Options>(forget));
}
