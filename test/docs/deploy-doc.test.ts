import { execFile } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { bicep, outputsOf, parametersOf } from '../infra/infra-files.ts';
import { blocks, code, readDoc, section, tableRows } from './documentation.ts';

const REPOSITORY = join(import.meta.dirname, '../..');
const DOC = readDoc('deploy.md');
const read = (file: string) => readFileSync(join(REPOSITORY, file), 'utf8');

/** Fenced blocks inside a list are indented. */
const flush = (markdown: string) => markdown.replaceAll(/^ {2,}(?=```)/gm, '');

const PAGES = globSync(['*.md', 'docs/*.md'], { cwd: REPOSITORY }).sort();

/** Every block of a shell, of every page. */
const SHELL = PAGES.flatMap((page) =>
  blocks(flush(read(page)), 'bash').map((text, index) => ({ name: `${page}, block ${index + 1}`, text })),
);

describe.each(SHELL)('$name', ({ text }) => {
  it('can be read by bash', async () => {
    await promisify(execFile)('bash', ['-n', '-c', text]);
  });

  it('runs no text from elsewhere, and has no secret on a command line', () => {
    expect(text).not.toMatch(/\beval\b|\bsource <\(|curl[^|]*\| *(?:ba)?sh/);
    expect(text).not.toMatch(/x-functions-key: *"?\$|[?&]code=/);
    expect(text).not.toMatch(
      /(?:--value|--secret|--password|--key-value|corApiKey=|CLIENT_SECRET=|API_KEY[= ])/,
    );
    // A secret that was read is handed on by the shell itself, never as an argument of a program.
    for (const [line] of text.matchAll(/^.*\$\{?(?:SECRET|VALUE|key)\b.*$/gm))
      expect(line).toMatch(/^\s*(?:printf %s "\$\w+" \||curl .*<\(printf |.*\bread -rs)/);
  });
});

it('the checks above find what they are there for', async () => {
  expect(SHELL.length).toBeGreaterThan(20);
  await expect(promisify(execFile)('bash', ['-n', '-c', 'azd env set X <key from COR>'])).rejects.toThrow();
});

describe('the page on deploying', () => {
  const parameters = new Map(
    ['main.bicep', 'resources.bicep'].flatMap((name) =>
      parametersOf(bicep(name)).map((one) => [one.name, one] as const),
    ),
  );
  const rows = tableRows(section(DOC, '## Parameters')).slice(1);

  it('names every parameter once, and no other', () => {
    const named = rows.flatMap(([names = '']) => code(names));
    expect(named.toSorted()).toEqual([...parameters.keys()].toSorted());
    const [, ofPipeline = ''] = DOC.split('Of `infra/pipeline.bicep`: ');
    const own = parametersOf(bicep('pipeline.bicep')).map(({ name }) => name);
    expect(
      code(ofPipeline)
        .filter((name) => name !== 'production')
        .toSorted(),
    ).toEqual(own.toSorted());
  });

  it('gives the defaults that they have', () => {
    for (const [names = '', given = ''] of rows) {
      const [first = ''] = code(names);
      const fallback = parameters.get(first)?.fallback?.replaceAll("'", '');
      const shown = given.split(', ')[0]?.replaceAll('`', '') ?? '';
      if (/^\d+$|^true$|^false$/.test(shown)) expect({ first, shown }).toEqual({ first, shown: fallback });
    }
    expect(DOC).toContain(`\`${parameters.get('reconcileSchedule')?.fallback?.replaceAll("'", '')}\``);
  });

  it('reads outputs that there are', () => {
    const wanted = [...DOC.matchAll(/azd env get-value (\w+)/g)].map(([, name = '']) => name);
    expect(wanted).toContain('APP_CLIENT_ID');
    expect(outputsOf(bicep('main.bicep'))).toEqual(expect.arrayContaining(wanted));
    const shown = [...DOC.matchAll(/outputs\.(\w+)\.value/g)].map(([, name = '']) => name);
    expect(outputsOf(bicep('resources.bicep'))).toEqual(expect.arrayContaining(shown));
  });

  it('asks for the azd that azure.yaml asks for', () => {
    const [, version] = /azd: ">= (\d+\.\d+)\.\d+"/.exec(read('azure.yaml')) ?? [];
    expect(DOC).toContain(`\`azd\` | ${version} or later`);
  });

  it('names every role that the template gives', () => {
    const part = section(DOC, '## Who gets which role');
    for (const name of [
      'Azure Service Bus Data Receiver, Data Sender',
      'Azure Service Bus Data Owner',
      'Storage Blob Data Owner',
      'Storage Blob Data Contributor',
      'Key Vault Secrets User',
      'Monitoring Metrics Publisher',
      'Key Vault Secrets Officer',
    ])
      expect(part).toContain(name);
    expect(bicep('modules/roles.bicep').match(/^ {2}\w+: '/gm)).toHaveLength(8);
  });

  it('adds up what it costs', () => {
    const [head = [], ...lines] = tableRows(section(DOC, '## What it costs'));
    expect(head.at(-1)).toBe('Together');
    const amount = (cell = '') => Number(/[\d.]+/.exec(cell)?.[0]);
    for (const line of lines) {
      const sum = line.slice(1, -1).reduce((total, cell) => total + amount(cell), 0);
      expect(Math.abs(sum - amount(line.at(-1)))).toBeLessThanOrEqual(1);
    }
  });

  it('says that it was not run', () => {
    expect(DOC).toContain('Not run against a live Azure');
  });

  it('links to headings that there are', () => {
    const slug = (title: string) =>
      title
        .toLowerCase()
        .replaceAll(/[^\w\- ]/g, '')
        .replaceAll(' ', '-');
    const slugs = (page: string) => [...page.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) => slug(title));
    for (const [, page = '', anchor = ''] of DOC.matchAll(/\]\(([\w.]*)#([^)]+)\)/g))
      expect(slugs(page ? readDoc(page) : DOC), `${page}#${anchor}`).toContain(anchor);
  });
});

describe('the runbook', () => {
  it('finds its resources by the tag that the template gives them, and never takes the first of many', () => {
    const runbook = readDoc('runbook.md');
    expect(blocks(runbook, 'bash').join('\n')).not.toMatch(/\[0\]|head -n? ?1/);
    const parts = [...runbook.matchAll(/=\$\(part ([\w-]+)\)/g)].map(([, part]) => part);
    expect(parts).toEqual(['app', 'service-bus', 'ledger', 'vault']);
    for (const part of parts)
      expect(bicep('resources.bicep')).toContain(`union(tags, { connector: '${part}' })`);
  });

  it('asks functions that there are', () => {
    const asked = [...readDoc('runbook.md').matchAll(/^ask (\w+) /gm)].map(([, name = '']) => name);
    expect(asked.length).toBeGreaterThan(3);
    const functions = globSync('functions/*.ts', { cwd: REPOSITORY }).map(read).join('\n');
    for (const name of asked) expect(functions).toMatch(new RegExp(`'${name}'`));
  });
});
