import { buffer } from 'node:stream/consumers';
import { z } from 'zod';
import { decode } from '../src/dynamics/decode.ts';
import { loadMapping, type Mapping } from '../src/dynamics/mapping.ts';
import { translate } from '../src/dynamics/translate.ts';
import { type Translation, withoutReading } from '../src/dynamics/translation.ts';
import { today } from '../src/ledger/today.ts';
import { decodeUserMessage } from '../src/messaging/user-message.ts';
import { EXIT, type ExitCode } from './frame/exit-code.ts';
import { examples, mappingOption } from './frame/options.ts';
import type { Define } from './frame/program.ts';
import { readFileArgument } from './frame/read-file.ts';
import type { Session } from './frame/session.ts';
import { commandSettings } from './frame/settings.ts';
import { quoted, UsageError } from './frame/usage-error.ts';
import { translationOnDay } from './translate/on-day.ts';

interface Options {
  readonly mapping?: string;
  readonly on?: string;
}

const PRESETS = ['resource-assignment', 'project-team'];

/**
 * Why an event of another table changes nothing: which it is, which is read, and the preset that would read
 * it.
 */
function sayOtherTable(table: string, mapping: Mapping, session: Session): void {
  const preset = PRESETS.find((name) => loadMapping(name).table === table);
  const advice = preset ? ` Try --mapping ${preset}.` : '';
  session.say(`The event is of table ${table}, and the mapping reads ${mapping.table}.${advice}`, 'yellow');
}

async function translateFile(session: Session, options: Options, file: string): Promise<ExitCode> {
  const { MAPPING } = commandSettings(options, session);
  const mapping = loadMapping(MAPPING || 'resource-assignment');
  const day = options.on ?? today(mapping.percentage, Date.now());
  if (!z.iso.date().safeParse(day).success)
    throw new UsageError(`--on should be a date such as 2026-03-04, found ${quoted(day)}.`);
  const bytes = file === '-' ? await buffer(session.shell.input) : readFileArgument(file, session);
  const own = decodeUserMessage(bytes);
  if (own.outcome === 'decoded') {
    const { changes } = own.message;
    session.json(translationOnDay({ outcome: 'apply', changes }, mapping.percentage, day));
    return EXIT.done;
  }
  const decoded = decode(bytes, {});
  const result: Translation = decoded.outcome === 'decoded' ? translate(decoded.context, mapping) : decoded;
  session.json(translationOnDay(result, mapping.percentage, day));
  const ending = withoutReading(result);
  if (decoded.outcome === 'decoded' && ending.outcome === 'skip' && ending.reason === 'otherTable')
    sayOtherTable(decoded.context.primaryEntityName, mapping, session);
  const partFails =
    ending.outcome === 'deadLetter' || (ending.outcome === 'apply' && ending.rest !== undefined);
  return partFails ? EXIT.differs : EXIT.done;
}

export const translateCommand: Define = (parent, run) => {
  const command = parent
    .command('translate')
    .summary('what the connector would do with an event, without any service')
    .description(
      'Shows what the connector would do with an event, without any service. "onDay" is what the row comes to as if it were the only one of its user. "otherwise" is how an event ends whose row cannot be read. Exit code 1: it, or a part of it, would be a dead letter.',
    )
    .argument(
      '<file>',
      'a message body as Dataverse posted it or the connector sent it, or - for standard input',
    )
    .addOption(mappingOption())
    .option('--on <date>', 'day for which the percentage is worked out (default: today)')
    .action(run<Options, [string]>(translateFile));
  examples(command, [
    ['./connector translate event.json', 'with the mapping of the settings'],
    ['./connector translate event.json --mapping my.json', 'with a mapping of your own'],
  ]);
};
