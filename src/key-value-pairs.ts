/**
 * `Key=Value;…` as Azure's connection strings are: keys in lower case, a value may hold `=`. Empty parts are
 * left out; `undefined` when a part is no pair.
 */
export function readPairs(text: string): Map<string, string> | undefined {
  const pairs = new Map<string, string>();
  for (const part of text.split(';')) {
    if (part.trim() === '') continue;
    const [, key = '', value = ''] = /^([^=]*)=(.*)$/s.exec(part) ?? [];
    if (key.trim() === '' || value.trim() === '') return undefined;
    pairs.set(key.trim().toLowerCase(), value.trim());
  }
  return pairs;
}
