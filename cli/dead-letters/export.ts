import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DeadLetterEntry } from '../../src/dead-letters/dead-letters.ts';
import { readBytes } from '../../src/dead-letters/message-body.ts';

/** Bodies hold personal data: nobody else on this machine needs to read them. */
const PRIVATE = { mode: 0o600 };

/**
 * Writes `queue-12.body` (the body, byte for byte) and `queue-12.json` (everything else, all properties included) into the directory,
 * which is made when it is not there. Running it again writes the same files.
 */
export function exportDeadLetter(directory: string, { headers, message, content }: DeadLetterEntry): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const name = join(directory, `${headers.from}-${headers.sequenceNumber}`);
  const { correlationId, subject, applicationProperties } = message;
  const metadata = { ...headers, correlationId, subject, applicationProperties, content: content() };
  writeFileSync(`${name}.body`, readBytes(message), PRIVATE);
  writeFileSync(`${name}.json`, `${JSON.stringify(metadata, null, 2)}\n`, PRIVATE);
}
