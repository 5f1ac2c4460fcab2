import { readFileSync } from 'node:fs';
import type { Session } from './session.ts';
import { quoted, UsageError } from './usage-error.ts';

/**
 * What Windows writes as "Unicode": every second byte of plain text is 0, and no program takes it for JSON.
 */
const UTF_16 = [Buffer.from([0xff, 0xfe]), Buffer.from([0xfe, 0xff])];

/** The bytes of a file that is named among the arguments. Throws `UsageError`. */
export function readFileArgument(file: string, { path }: Pick<Session, 'path'>): Buffer {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path(file));
  } catch (error) {
    throw new UsageError(`${quoted(file)} cannot be read (${(error as NodeJS.ErrnoException).code}).`);
  }
  if (UTF_16.some((mark) => bytes.subarray(0, 2).equals(mark)))
    throw new UsageError(`${quoted(file)} is in UTF-16: save it as UTF-8, in which Dataverse posts.`);
  return bytes;
}
