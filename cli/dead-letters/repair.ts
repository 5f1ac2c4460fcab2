import type { DeadLetterEntry, DeadLetters } from '../../src/dead-letters/dead-letters.ts';
import { readBytes } from '../../src/dead-letters/message-body.ts';
import { replay } from '../../src/dead-letters/replay.ts';
import { replayCopy } from '../../src/dead-letters/replay-copy.ts';
import type { Mapping } from '../../src/dynamics/mapping.ts';
import { openLedger } from '../../src/ledger/open-ledger.ts';
import { readLedgerSettings } from '../../src/settings.ts';
import { EXIT, type ExitCode } from '../frame/exit-code.ts';
import type { Session } from '../frame/session.ts';
import { commandSettings, ledgerTarget } from '../frame/settings.ts';
import { findDeadLetters } from './find.ts';
import { openDeadLetters, readFilter } from './options.ts';
import { findOwner, type Owner } from './owner.ts';
import { withPreImage } from './pre-image.ts';
import { report, type SettleOptions, withProgress } from './settle.ts';
import { createSentCopies, waitForEnd } from './wait.ts';

export type RepairOptions = SettleOptions;

type Found =
  | { readonly kind: 'owner'; readonly owner: Owner; readonly mapping: Mapping }
  | { readonly kind: 'problem'; readonly text: string };

/** Whose the deleted row was, as the ledger has it. */
async function ownerOf(record: string, options: RepairOptions, session: Session): Promise<Found> {
  const { ledger: connection, mapping } = readLedgerSettings(commandSettings(options, session));
  if (connection === 'memory')
    return { kind: 'problem', text: 'The ledger is in the memory of the app and cannot be looked at.' };
  session.target(ledgerTarget(connection));
  const progress = session.progress('Read documents');
  try {
    const owners = await findOwner(openLedger(connection).ledger, record, (read) => progress.update(read));
    const [owner, ...others] = owners;
    if (!owner)
      return {
        kind: 'problem',
        text: `No user has row ${record} in the ledger: COR has nothing of it. Discard this dead letter.`,
      };
    if (others.length > 0)
      return {
        kind: 'problem',
        text: `Row ${record} is assigned to ${owners.length} users in the ledger. Verify them: ledger show USER --verify.`,
      };
    return { kind: 'owner', owner, mapping };
  } finally {
    progress.end();
  }
}

async function findOne(
  letters: DeadLetters,
  number: string,
  session: Session,
): Promise<DeadLetterEntry | undefined> {
  const entries: DeadLetterEntry[] = [];
  await findDeadLetters(letters, { numbers: [number] }, session, (entry) => entries.push(entry));
  if (entries.length === 0) session.say(`There is no dead letter #${number}.`, 'red');
  return entries[0];
}

/** What is wrong with mending this dead letter, if anything. */
function unfit({ headers, content }: DeadLetterEntry): string | undefined {
  const { operation, record } = content();
  if (headers.reason === 'MissingImage' && operation === 'Delete' && record !== undefined) return undefined;
  return `#${headers.sequenceNumber} is no deleted row without its pre-image (${headers.reason}, ${operation ?? 'no operation'}): "dead-letters show ${headers.sequenceNumber}" says what to do.`;
}

export async function repairLetter(
  session: Session,
  options: RepairOptions,
  number: string,
): Promise<ExitCode> {
  readFilter(options, [number]);
  if (!options.dryRun) session.requireAnswer(options.yes);
  const copies = createSentCopies();
  const code = await openDeadLetters(session, options, async (letters) => {
    const entry = await findOne(letters, number, session);
    if (!entry) return EXIT.differs;
    const problem = unfit(entry);
    if (problem) {
      session.say(problem, 'red');
      return EXIT.differs;
    }
    const found = await ownerOf(entry.content().record ?? '', options, session);
    const mended =
      found.kind === 'owner' ? withPreImage(readBytes(entry.message), entry.message, found) : found;
    if (mended.kind === 'problem') {
      session.say(mended.text, 'red');
      return EXIT.differs;
    }
    session.print(mended.text);
    if (options.dryRun) {
      session.say('Nothing was changed.');
      return EXIT.done;
    }
    if (!(await session.confirm('Send it?', options.yes))) {
      session.say('Nothing was changed.');
      return EXIT.differs;
    }
    const targets = [{ queue: entry.queue, sequenceNumbers: new Set([number]), upTo: entry.position }];
    const settled = await withProgress('Replayed', session, (run) =>
      replay(letters, { targets }, run, (message) =>
        copies.noting({ ...replayCopy(message), body: mended.body, bodyType: 'data' }),
      ),
    );
    return report('Repaired and replayed', settled, session);
  });
  return options.wait && copies.size > 0 && code === EXIT.done ? waitForEnd(session, options, copies) : code;
}
