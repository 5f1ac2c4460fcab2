import { externalIdProblem, normalizeExternalId } from '../external-id.ts';
import { isObject } from '../json.ts';
import type { CrossReference } from './id-source.ts';
import { MappingError } from './mapping-error.ts';
import { readJsonFile, readTextFile } from './mapping-file.ts';

const INSTEAD = 'It is the "crossReference" of the mapping, a file beside it.';
const HEADER = 'dynamicsId,corId';

function wrong(path: string, where: string, problem: string): MappingError {
  return new MappingError(`"${path}" cannot be used as a cross-reference: ${where} ${problem}.`);
}

function pairsOfJson(path: string): (readonly [string, unknown, string])[] {
  const json = readJsonFile(path, INSTEAD);
  if (!isObject(json)) throw wrong(path, 'it', 'should be an object of COR ids by Dynamics ids');
  return Object.entries(json).map(([dynamicsId, corId], index) => [dynamicsId, corId, `entry ${index + 1}`]);
}

/**
 * No CSV library: neither of the two columns may hold a comma, a quote or a line break, so there is nothing
 * to unquote.
 */
function pairsOfCsv(path: string): (readonly [string, unknown, string])[] {
  const [header, ...lines] = readTextFile(path, INSTEAD).split(/\r\n|\n|\r/);
  if (header?.trim() !== HEADER) throw wrong(path, 'line 1', `should be "${HEADER}"`);
  return lines.flatMap((line, index) => {
    if (line.trim() === '') return [];
    const where = `line ${index + 2}`;
    const [dynamicsId = '', corId, ...more] = line.split(',').map((cell) => cell.trim());
    if (corId === undefined || more.length > 0 || line.includes('"'))
      throw wrong(path, where, 'should be two ids with one comma between them, without quotes');
    return [[dynamicsId, corId, where] as const];
  });
}

/**
 * Reads a cross-reference: a JSON object, or a CSV file of two columns. Throws `MappingError`, which names
 * the line or entry and never repeats an id.
 */
export function readCrossReference(path: string): CrossReference {
  const ids = new Map<string, string>();
  for (const [dynamicsId, corId, where] of path.endsWith('.csv') ? pairsOfCsv(path) : pairsOfJson(path)) {
    if (dynamicsId.trim() === '') throw wrong(path, where, 'has no Dynamics id');
    if (typeof corId !== 'string' || corId === '') throw wrong(path, where, 'has no COR id (a text)');
    const problem = externalIdProblem(corId);
    if (problem !== undefined) throw wrong(path, where, `has a COR id that ${problem}`);
    const key = normalizeExternalId(dynamicsId);
    if (ids.has(key)) throw wrong(path, where, 'has a Dynamics id that stood before');
    ids.set(key, normalizeExternalId(corId));
  }
  return ids;
}
