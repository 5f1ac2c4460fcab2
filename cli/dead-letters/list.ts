import type { DeadLetterEntry } from '../../src/dead-letters/dead-letters.ts';
import { readBytes } from '../../src/dead-letters/message-body.ts';
import { EXIT, type ExitCode } from '../frame/exit-code.ts';
import type { Session } from '../frame/session.ts';
import { UsageError } from '../frame/usage-error.ts';
import { findDeadLetters } from './find.ts';
import { type Options, openDeadLetters, readFilter } from './options.ts';
import { bodyText, letterTable, reasonTable, showLetter } from './tables.ts';

interface ListOptions extends Options {
  readonly json?: boolean;
}

export interface ShowOptions extends ListOptions {
  readonly body?: boolean;
}

/** How many are listed one by one on a terminal; a pipe gets them all. */
const MAX_LISTED = 20;

function asJson({ headers, content }: DeadLetterEntry, body?: string): object {
  return { ...headers, content: content(), ...(body !== undefined && { body }) };
}

export function list(session: Session, options: ListOptions): Promise<ExitCode> {
  const filter = readFilter(options, []);
  return openDeadLetters(session, options, async (letters) => {
    const entries: DeadLetterEntry[] = [];
    const selection = await findDeadLetters(letters, filter, session, (entry) => entries.push(entry));
    const { total } = selection.list;
    if (options.json) session.json({ ...selection.list, letters: entries.map((entry) => asJson(entry)) });
    else if (total === 0)
      session.say(
        Object.values(filter).some((value) => value !== undefined)
          ? 'No dead letter matches.'
          : 'No dead letters.',
      );
    else if (!session.shell.output.isTTY) session.table(letterTable(entries));
    else {
      session.table(reasonTable(selection.list));
      session.print('');
      session.table(letterTable(entries.slice(0, MAX_LISTED)));
      const more = total > MAX_LISTED ? `, ${total - MAX_LISTED} more than listed` : '';
      session.say(`${total} in all${more}. "dead-letters show NUMBER" says what to do about one.`);
    }
    return EXIT.done;
  });
}

export function show(session: Session, options: ShowOptions, numbers: readonly string[]): Promise<ExitCode> {
  const filter = readFilter(options, numbers);
  if (Object.values(filter).every((value) => value === undefined))
    throw new UsageError('Which ones? Say numbers, --reason, --user, --row, --before or --max.');
  return openDeadLetters(session, options, async (letters) => {
    const entries: DeadLetterEntry[] = [];
    await findDeadLetters(letters, filter, session, (entry) => entries.push(entry));
    const bodyOf = ({ message }: DeadLetterEntry) =>
      options.body ? bodyText(readBytes(message)) : undefined;
    if (options.json) session.json(entries.map((entry) => asJson(entry, bodyOf(entry))));
    for (const entry of options.json ? [] : entries) {
      showLetter(entry, session);
      session.print(bodyOf(entry) ?? '');
    }
    return sayMissing(session, entries, numbers);
  });
}

/** Says which of the numbers are no dead letters, or that nothing matches. */
export function sayMissing(
  session: Session,
  entries: readonly DeadLetterEntry[],
  numbers: readonly string[],
): ExitCode {
  const found = new Set(entries.map(({ headers }) => headers.sequenceNumber));
  const missing = numbers.filter((number) => !found.has(number));
  for (const number of missing) session.say(`There is no dead letter #${number}.`, 'red');
  if (entries.length === 0 && numbers.length === 0) session.say('No dead letter matches.');
  return missing.length > 0 ? EXIT.differs : EXIT.done;
}
