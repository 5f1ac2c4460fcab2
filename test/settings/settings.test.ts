import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { settingsSchema } from '../../src/settings-schema.ts';
import { REPOSITORY, settingsRead } from './settings-read.ts';

/** Names with a reason each. A name that needs no reason any more has to go, too. */
type Reasons = Readonly<Record<string, string>>;

const GIVEN_BY_THE_PLATFORM: Reasons = {
  WEBSITE_SITE_NAME: 'App Service sets it to the name of the app; nobody else should',
};

const FOR_THE_LOCAL_HOST: Reasons = {
  FUNCTIONS_WORKER_RUNTIME: 'tells the Functions host on a developer’s machine that this is a Node app',
};

function read(file: string): string {
  return readFileSync(join(REPOSITORY, file), 'utf8');
}

const sample: Readonly<Record<string, string>> = JSON.parse(read('local.settings.sample.json')).Values;

/** Rows of the table under the heading "Every setting": names in the first column, cell of the default. */
function documentedRows(): { names: string[]; fallback: string }[] {
  const section =
    /^#+ Every setting\s*$(.*?)(?=^#+ |$(?![\s\S]))/ms.exec(read('docs/settings.md'))?.[1] ?? '';
  return [...section.matchAll(/^\|([^|]*)\|([^|]*)\|/gm)].flatMap(([, names = '', fallback = '']) => {
    const found = [...names.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
    return found.length === 0 ? [] : [{ names: found, fallback: fallback.trim() }];
  });
}

const without = (names: readonly string[], reasons: Reasons) =>
  names.filter((name) => !Object.hasOwn(reasons, name));

// What the templates set is compared with the code in test/infra/settings.test.ts.
describe('every setting that the code reads, and no other,', () => {
  const settings = settingsRead();
  const documented = without(settings, GIVEN_BY_THE_PLATFORM);

  test('is found in the code', () => {
    expect(settings).toEqual(expect.arrayContaining(Object.keys(settingsSchema.shape)));
    expect(settings).toContain('APPLICATIONINSIGHTS_CONNECTION_STRING');
  });

  test('is in the sample settings', () => {
    expect(without(Object.keys(sample), FOR_THE_LOCAL_HOST).sort()).toEqual(documented);
    expect(Object.keys(sample)).toEqual(expect.arrayContaining(Object.keys(FOR_THE_LOCAL_HOST)));
  });

  test('is in the table of docs/settings.md', () => {
    expect(
      documentedRows()
        .flatMap(({ names }) => names)
        .sort(),
    ).toEqual(documented);
  });
});

describe('defaults', () => {
  const withDefault = Object.entries(settingsSchema.shape).flatMap(([name, schema]) => {
    const fallback = schema.safeParse(undefined);
    return fallback.success && fallback.data !== undefined ? [{ name, schema, fallback: fallback.data }] : [];
  });

  test.each(withDefault)('of $name is the same in the code, the sample and the page', (setting) => {
    const { name, schema, fallback } = setting;
    expect(schema.parse(sample[name])).toEqual(fallback);
    const row = documentedRows().find(({ names }) => names.includes(name));
    expect(row?.fallback).toBe(`\`${sample[name]}\``);
  });

  test('what has none is empty in the sample, a placeholder, or what a first start needs', () => {
    const others = Object.entries(sample).filter(([name]) => !withDefault.some((one) => one.name === name));
    const filled = others.filter(([, value]) => value !== '' && !/<[^>]+>/.test(value));
    expect(Object.fromEntries(filled)).toEqual({
      FUNCTIONS_WORKER_RUNTIME: 'node',
      AzureWebJobsStorage: 'UseDevelopmentStorage=true',
      ServiceBusQueueName: 'dynamics-assignments',
    });
  });
});
