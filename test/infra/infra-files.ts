import { readdirSync, readFileSync } from 'node:fs';

const INFRA = new URL('../../infra/', import.meta.url);

export function infraFile(name: string): string {
  return readFileSync(new URL(name, INFRA), 'utf8');
}

/** Every Bicep file by its path below `infra/`. */
export const BICEP: ReadonlyMap<string, string> = new Map(
  ['', 'modules/'].flatMap((folder) =>
    readdirSync(new URL(folder || '.', INFRA))
      .filter((name) => name.endsWith('.bicep'))
      .map((name) => [`${folder}${name}`, infraFile(`${folder}${name}`)] as const),
  ),
);

export function bicep(name: string): string {
  const text = BICEP.get(name);
  if (text === undefined) throw new Error(`There is no infra/${name}`);
  return text;
}

/** Every `infra/queries/*.kql` by its name. */
export const QUERIES: ReadonlyMap<string, string> = new Map(
  readdirSync(new URL('queries', INFRA)).map((file) => [
    file.replace(/\.kql$/, ''),
    infraFile(`queries/${file}`),
  ]),
);

interface Parameter {
  readonly name: string;
  readonly type: string;
  /** As it is written; `undefined` where there is none. */
  readonly fallback: string | undefined;
  /** `@allowed(…)` and the others, one a line, without descriptions. */
  readonly limits: string;
  readonly description: string;
}

/** The parameters that a Bicep file declares. Text is enough for it: each decorator has its own line. */
export function parametersOf(text: string): Parameter[] {
  return [...text.matchAll(/((?:^@.*\n|^ .*\n|^\}\)\n)*)^param (\w+) ([^\n=]+?)(?: = (.+))?$/gm)].map(
    ([, decorators = '', name = '', type = '', fallback]) => {
      const lines = decorators.split('\n').filter((line) => line !== '');
      const described = lines.find((line) => line.startsWith('@description('));
      return {
        name,
        type,
        fallback,
        limits: lines.filter((line) => line !== described).join('\n'),
        description: described ?? '',
      };
    },
  );
}

export function outputsOf(text: string): string[] {
  return [...text.matchAll(/^output (\w+) /gm)].map(([, name = '']) => name);
}

/** The text of the object that begins after `start`, up to the bracket that closes it. */
export function block(text: string, start: string): string {
  const from = text.indexOf(start);
  if (from < 0) throw new Error(`"${start}" is nowhere`);
  const open = text.indexOf('{', from + start.length - 1);
  let depth = 0;
  for (let at = open; at < text.length; at += 1) {
    if (text[at] === '{') depth += 1;
    if (text[at] === '}') depth -= 1;
    if (depth === 0) return text.slice(open, at + 1);
  }
  throw new Error(`"${start}" is not closed`);
}

/** Names of the members that an object's text has at its own level. */
export function members(object: string): string[] {
  const indent = /\n( +)\S/.exec(object)?.[1] ?? '';
  return [...object.matchAll(new RegExp(`^${indent}(\\w+):`, 'gm'))].map(([, name = '']) => name);
}
