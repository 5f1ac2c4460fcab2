import { readFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { decode } from '../src/dynamics/decode.ts';
import { loadMapping } from '../src/dynamics/mapping.ts';
import { translate } from '../src/dynamics/translate.ts';
import { type Translation, withoutReading } from '../src/dynamics/translation.ts';

const USAGE = `Shows what the connector would do with an event, without any service.

  npm run --silent translate -- event.json                        a message body as Dataverse posted it
  npm run --silent translate -- - < event.json                    the same from standard input
  npm run --silent translate -- --mapping project-team event.json

  --mapping NAME|FILE    a preset (resource-assignment, the default; project-team) or a JSON file
Prints one JSON object. "otherwise" is how an event ends whose row cannot be read. Exit code: 0 apply or skip, 2 dead letter (also for
a part of it, or when the row cannot be read), 1 wrong use.`;

class UsageError extends Error {}

async function readBody(file: string): Promise<Buffer> {
  if (file === '-') return buffer(process.stdin);
  try {
    return readFileSync(file);
  } catch (error) {
    throw new UsageError(`"${file}" cannot be read (${(error as NodeJS.ErrnoException).code}).`);
  }
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: {
      mapping: { type: 'string', default: 'resource-assignment' },
      help: { type: 'boolean', short: 'h' },
    },
    allowPositionals: true,
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const [file, ...rest] = positionals;
  if (file === undefined || rest.length > 0) throw new UsageError(USAGE);
  const mapping = loadMapping(values.mapping);
  const decoded = decode(await readBody(file), {});
  const result: Translation = decoded.outcome === 'decoded' ? translate(decoded.context, mapping) : decoded;
  console.log(JSON.stringify(result, null, 2));
  const ending = withoutReading(result);
  return ending.outcome === 'deadLetter' || (ending.outcome === 'apply' && ending.rest) ? 2 : 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
