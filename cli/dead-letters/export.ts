import { join } from 'node:path';
import type { DeadLetterEntry } from '../../src/dead-letters/dead-letters.ts';
import { readBytes } from '../../src/dead-letters/message-body.ts';
import type { ExitCode } from '../frame/exit-code.ts';
import { nameOfNow, privateFolder, writePrivateFile } from '../frame/private-file.ts';
import type { Session } from '../frame/session.ts';
import { findDeadLetters } from './find.ts';
import { sayMissing } from './list.ts';
import { type Options, openDeadLetters, readFilter, requireChoice } from './options.ts';

/**
 * Writes `queue-12.body` (the body, byte for byte) and `queue-12.json` (everything else, all properties
 * included).
 */
function exportLetter(folder: string, { headers, message, content }: DeadLetterEntry): void {
  const name = join(folder, `${headers.from}-${headers.sequenceNumber}`);
  const { correlationId, subject, applicationProperties } = message;
  const metadata = { ...headers, correlationId, subject, applicationProperties, content: content() };
  writePrivateFile(`${name}.body`, readBytes(message));
  writePrivateFile(`${name}.json`, `${JSON.stringify(metadata, null, 2)}\n`);
}

export function exportLetters(
  session: Session,
  options: Options,
  numbers: readonly string[],
): Promise<ExitCode> {
  const filter = readFilter(options, numbers);
  requireChoice(options, filter);
  return openDeadLetters(session, options, async (letters) => {
    const entries: DeadLetterEntry[] = [];
    let folder: string | undefined;
    const progress = session.progress('Written');
    await findDeadLetters(letters, filter, session, (entry) => {
      folder ??= privateFolder(session.shell, 'dead-letters', nameOfNow());
      exportLetter(folder, entry);
      entries.push(entry);
      session.whenInterrupted(`Interrupted. ${entries.length} dead letters are in ${folder}.`);
      progress.update(entries.length);
    });
    progress.end();
    if (folder !== undefined) {
      session.print(folder);
      session.say(
        `${entries.length} dead letters are there. The files hold personal data: delete them when you are done.`,
      );
    }
    return sayMissing(session, entries, numbers);
  });
}
