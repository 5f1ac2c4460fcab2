/** Numbers in [0, 1) that repeat for the same seed. */
export interface Random {
  next(): number;
}

/** What has broken parsers before: numbers at the edges, odd texts, inherited names, things in place of others. */
const HOSTILE: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -0,
  -1,
  1e308,
  -1e9,
  2 ** 53,
  2 ** 53 - 1,
  1.5,
  1e-320,
  '',
  ' ',
  'null',
  '\ud800',
  '\u0000',
  '\u202e',
  'é'.repeat(2_000),
  'x'.repeat(70_000),
  '[redacted]',
  'constructor',
  '__proto__',
  'toString',
  '/Date(9e15)/',
  '/Date(-62135596800001)/',
  '9999-12-31T23:59:59Z',
  '0001-01-01',
  '00000000-0000-0000-0000-000000000000',
  '{9F8B7A60-1C2D-4E3F-8A9B-0C1D2E3F4A5B}',
  [],
  {},
  [[]],
  { toString: null },
  { valueOf: null, toString: 1 },
  { length: -1 },
];

type Holder = Record<string | number, unknown>;

/** Every object and list in a JSON value that has members. */
function holders(value: unknown, found: Holder[] = []): Holder[] {
  if (typeof value !== 'object' || value === null) return found;
  if (Object.keys(value).length > 0) found.push(value as Holder);
  for (const member of Object.values(value)) holders(member, found);
  return found;
}

function pick<Item>(items: readonly Item[], random: Random): Item | undefined {
  return items[Math.floor(random.next() * items.length)];
}

function change(holder: Holder, key: string, random: Random): void {
  const kind = Math.floor(random.next() * 6);
  if (kind === 0) delete holder[key];
  else if (kind === 1) holder[key] = [holder[key], structuredClone(holder[key])];
  else if (kind === 2) holder[key] = JSON.stringify(holder[key]) ?? '';
  else if (kind === 3 && !Array.isArray(holder))
    holder[pick(['constructor', 'toString', 'Value', 'key', 'id'], random) ?? 'id'] = holder[key];
  else holder[key] = structuredClone(pick(HOSTILE, random));
}

/** A copy with up to four changes at places of the value's own: it stays like enough to get past the first check. */
export function mutate(value: unknown, random: Random): unknown {
  const copy = structuredClone(value);
  for (let changes = Math.floor(random.next() * 4); changes >= 0; changes -= 1) {
    const holder = pick(holders(copy), random);
    const key = holder && pick(Object.keys(holder), random);
    if (holder && key !== undefined) change(holder, key, random);
  }
  return copy;
}

/** The same for text: pieces cut out, doubled, or bytes that no text holds put in. */
export function mutateText(text: string, random: Random): Buffer {
  const bytes = Buffer.from(text);
  if (random.next() < 0.7) return bytes;
  const at = Math.floor(random.next() * bytes.length);
  const to = at + Math.floor(random.next() * 40);
  const put = pick(
    [Buffer.of(0xff, 0xfe), Buffer.of(0), bytes.subarray(at, to), Buffer.from('['.repeat(2_000))],
    random,
  );
  return Buffer.concat([bytes.subarray(0, at), put ?? Buffer.alloc(0), bytes.subarray(to)]);
}
