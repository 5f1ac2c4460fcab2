import { readFileSync } from 'node:fs';
import { jsonPointer } from '../json.ts';
import { MappingError } from './mapping-error.ts';

const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * The text of a UTF-8 file, without a byte order mark. Throws `MappingError` that names the file and never
 * quotes it: it may be any file.
 */
export function readTextFile(path: string, instead: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new MappingError(`"${path}" cannot be read (${code}). ${instead}`);
  }
  // A byte order mark says so, or the zero bytes of Latin letters.
  if (/^(?:fffe|feff)/.test(bytes.toString('hex', 0, 2)) || bytes.subarray(0, 4).includes(0))
    throw new MappingError(`"${path}" is UTF-16. Save it as UTF-8.`);
  try {
    return decoder.decode(bytes);
  } catch {
    throw new MappingError(`"${path}" is no UTF-8 text. Save it as UTF-8.`);
  }
}

/** The strings and brackets of a JSON text. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]/gs;

/** An object or a list that the scan is in. */
interface Open {
  readonly names: Set<string> | undefined;
  /** The name or the number of the item that it is at. */
  at: string | number;
}

/**
 * Names that stand twice in one object, as JSON pointers: `JSON.parse` would drop the first without a word.
 * `text` is known to be JSON, so that looking at strings and brackets is enough; the parser that can do it
 * (jsonc-parser) cannot be bundled as it is published.
 */
function repeatedNames(text: string): string[] {
  const repeated: string[] = [];
  const path: Open[] = [];
  let last = '';
  for (const [token] of text.matchAll(TOKEN)) {
    const inside = path.at(-1);
    if (token === '{' || token === '[') {
      path.push(token === '{' ? { names: new Set(), at: '' } : { names: undefined, at: 0 });
    } else if (token === '}' || token === ']') {
      path.pop();
    } else if (token === ',' && typeof inside?.at === 'number') {
      inside.at += 1;
    } else if (token === ':' && inside?.names) {
      inside.at = String(JSON.parse(last));
      // A comment may stand in several places, and no program reads it.
      if (inside.names.has(inside.at) && inside.at !== '$comment')
        repeated.push(jsonPointer(path.map(({ at }) => at)));
      inside.names.add(inside.at);
    }
    last = token;
  }
  return repeated;
}

/** Reads a JSON file. Throws `MappingError`. */
export function readJsonFile(path: string, instead: string): unknown {
  const text = readTextFile(path, instead);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    const at = /position (\d+)/.exec((error as Error).message)?.[1];
    const line = at === undefined ? undefined : text.slice(0, Number(at)).split('\n').length;
    throw new MappingError(`"${path}" is no JSON${line === undefined ? '' : ` (line ${line})`}. ${instead}`);
  }
  const repeated = repeatedNames(text);
  if (repeated.length > 0)
    throw new MappingError(
      `"${path}" has names that stand twice in one object: ${repeated.join(', ')}. Keep one of each.`,
    );
  return json;
}
