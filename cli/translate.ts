import { readFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { z } from 'zod';
import { decode } from '../src/dynamics/decode.ts';
import { loadMapping } from '../src/dynamics/mapping.ts';
import { translate } from '../src/dynamics/translate.ts';
import { type Translation, withoutReading } from '../src/dynamics/translation.ts';
import { today } from '../src/ledger/today.ts';
import { EXIT, type ExitCode } from './frame/exit-code.ts';
import type { Define } from './frame/program.ts';
import type { Session } from './frame/session.ts';
import { commandSettings } from './frame/settings.ts';
import { quoted, UsageError } from './frame/usage-error.ts';
import { translationOnDay } from './translate/on-day.ts';

interface Options {
  readonly mapping?: string;
  readonly on?: string;
}

async function readBody(file: string, { shell, path }: Session): Promise<Buffer> {
  if (file === '-') return buffer(shell.input);
  try {
    return readFileSync(path(file));
  } catch (error) {
    throw new UsageError(`${quoted(file)} cannot be read (${(error as NodeJS.ErrnoException).code}).`);
  }
}

async function translateFile(session: Session, options: Options, file: string): Promise<ExitCode> {
  const { MAPPING } = commandSettings(options, session);
  const mapping = loadMapping(MAPPING || 'resource-assignment');
  const day = options.on ?? today(mapping.percentage, Date.now());
  if (!z.iso.date().safeParse(day).success)
    throw new UsageError(`--on should be a date such as 2026-03-04, found ${quoted(day)}.`);
  const decoded = decode(await readBody(file, session), {});
  const result: Translation = decoded.outcome === 'decoded' ? translate(decoded.context, mapping) : decoded;
  session.json(translationOnDay(result, mapping.percentage, day));
  const ending = withoutReading(result);
  const partFails =
    ending.outcome === 'deadLetter' || (ending.outcome === 'apply' && ending.rest !== undefined);
  return partFails ? EXIT.differs : EXIT.done;
}

export const translateCommand: Define = (parent, run) => {
  parent
    .command('translate')
    .summary('what the connector would do with an event, without any service')
    .description(
      'Shows what the connector would do with an event, without any service. "onDay" is what the row comes to as if it were the only one of its user. "otherwise" is how an event ends whose row cannot be read. Exit code 1: it, or a part of it, would be a dead letter.',
    )
    .argument('<file>', 'a message body as Dataverse posted it, or - for standard input')
    .option('--mapping <name|file>', 'a preset, or a mapping file (default: MAPPING)')
    .option('--on <date>', 'day for which the percentage is worked out (default: today)')
    .action(run<Options, [string]>(translateFile));
};
