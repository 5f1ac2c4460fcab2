import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { code, readDoc, section, tableRows } from './documentation.ts';

const REPOSITORY = join(import.meta.dirname, '../..');

/** `src/cor/reply.ts` → `cor`; a file directly in `src/` belongs to no room. */
const roomOf = (file: string): string | undefined => /^src\/([\w-]+)\//.exec(file)?.[1];

/** The rooms that a file imports: `ledger`, or `ledger (types)` where nothing of it is left at run time. */
function roomsOf(file: string): string[] {
  const text = readFileSync(join(REPOSITORY, file), 'utf8');
  const imports = text.matchAll(/^(?:import|export) (type )?[^;]*?from '(\.[^']+)';|import\('(\.[^']+)'\)/gm);
  return [...imports].flatMap(([, type, from, late]) => {
    const room = roomOf(join(file, '..', from ?? late ?? ''));
    if (room === undefined || room === roomOf(file)) return [];
    return [type ? `${room} (types)` : room];
  });
}

const rows = tableRows(section(readDoc('how-it-works.md'), '## Rooms')).map(
  ([first = '', , last = '']) => [code(first)[0] ?? '', last] as const,
);

test.each(rows.filter(([folder]) => folder.startsWith('src/')))('%s knows %s', (folder, known) => {
  const found = new Set(globSync(`${folder}**/*.ts`, { cwd: REPOSITORY }).flatMap(roomsOf));
  // One import that stays makes it more than types.
  const rooms = [...found].filter((room) => !found.has(room.replace(' (types)', '')) || !room.endsWith(')'));
  expect(rooms.sort().join(', ') || 'nothing').toBe(known);
});
