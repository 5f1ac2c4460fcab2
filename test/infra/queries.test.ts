import { beforeAll, describe, expect, it } from 'vitest';
import { formatLogLine, type LogLine } from '../../src/log.ts';
import { checkKql } from './check-kql.ts';
import { bicep, QUERIES } from './infra-files.ts';
import { contractProblems } from './log-contract.ts';
import { deployedWorkbook, itemsOf, runnableQuery, type Workbook } from './workbook.ts';
import { written } from './written.ts';

const names = [...QUERIES.keys()];
const text = (name: string) => QUERIES.get(name) ?? '';

// Loading the language takes a second or more, and so does the first query: not within the time of a test.
beforeAll(() => void checkKql('AppTraces'));

describe('every query', () => {
  it.each(names)('%s fits the tables', (name) => {
    expect(checkKql(text(name)).problems).toEqual([]);
    expect(text(name)).toMatch(/^\/\/ /);
  });

  it('of the workbook fits the tables', () => {
    const workbook = JSON.parse(deployedWorkbook()) as Workbook;
    const queries = itemsOf(workbook).filter(({ type }) => type === 3);
    expect(queries.length).toBeGreaterThan(10);
    for (const { name, content } of queries)
      expect({ name, problems: checkKql(runnableQuery(String(content.query))).problems }).toEqual({
        name,
        problems: [],
      });
  });

  it('of an alert gives the columns that the alert is split by, as text', () => {
    const rules = bicep('modules/alerts.bicep').matchAll(
      /queries\/([\w-]+)\.kql'\)\s+frequency: '\w+'\s+window: '\w+'\s+dimensions: \[([^\]]*)\]/g,
    );
    const split = [...rules].map(([, name = '', list = '']) => ({
      name,
      dimensions: [...list.matchAll(/'(\w+)'/g)].map(([, column = '']) => column),
    }));
    expect(split).toHaveLength(7);
    for (const { name, dimensions } of split) {
      const { columns } = checkKql(text(name));
      for (const column of dimensions)
        expect({ name, column, type: columns.get(column) }).toEqual({ name, column, type: 'string' });
    }
  });

  it('hands no message id on to the next query that could end a string there', () => {
    const [, pattern = ''] = /^let harmless = @'(.+)';$/m.exec(text('failures-latest')) ?? [];
    const harmless = new RegExp(pattern);
    for (const id of ['6f0f4b52-4f3a-4b5e-9a62-6d1f0b8f4a10', '0HN1:00000002', 'b64+/=='])
      expect(id).toMatch(harmless);
    for (const id of ["x' or 1 == 1", 'x\\', 'x"', 'a\nb', '{Id}', "'); externaldata(", 'x'.repeat(129), ''])
      expect(id).not.toMatch(harmless);
    const [, traceId = ''] = /traceId = (.+),$/m.exec(text('failures-latest')) ?? [];
    for (const id of ['messageId', 'recordId'])
      expect(traceId).toContain(`iff(${id} matches regex harmless, ${id}, '')`);
    // Where both are left out the invocation's own id is what is looked for.
    expect(traceId).toMatch(/, OperationId\)$/);
    expect(text('trace-record')).toContain('or OperationId =~ wanted');
  });

  it('gives the columns that the workbook shows', () => {
    expect([...checkKql(text('overview-totals')).columns.keys()]).toEqual(['name', 'value']);
    expect(checkKql(text('failures-latest')).columns.get('traceId')).toBe('string');
  });
});

describe('a query that is wrong is found out', () => {
  it.each([
    ['a column that the table does not have', 'AppTraces | where Mesage has "x"', /Mesage/],
    ['a table that does not exist', 'traces | take 1', /traces/],
    ['a function that does not exist', 'AppTraces | extend a = percentileif(1)', /percentileif/],
    ['values that cannot be compared', 'AppDependencies | where Success > "x"', /bool/],
    ['a sentence that does not end', 'AppTraces | where', /./],
  ])('%s', (_what, query, expected) => {
    const { problems } = checkKql(query);
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.join('\n')).toMatch(expected);
  });
});

describe('the log lines that the queries read', () => {
  let lines: readonly LogLine[] = [];
  let calls: ReadonlySet<string> = new Set();

  beforeAll(async () => {
    ({ lines, calls } = await written());
  });

  it('are of every kind', () => {
    expect(new Set(lines.map(({ outcome }) => outcome))).toEqual(
      new Set([undefined, 'succeeded', 'skipped', 'duplicate', 'retry', 'deadlettered', 'abandoned']),
    );
    expect(new Set(lines.map(({ errorClass }) => errorClass))).toEqual(
      new Set([undefined, 'poison', 'permanent', 'transient', 'auth']),
    );
  });

  it('begin with their event, which is what the queries find them by', () => {
    for (const line of lines) expect(formatLogLine(line).startsWith(`{"evt":"${line.evt}"`)).toBe(true);
  });

  it.each(names)('%s expects nothing of them that the connector does not write', (name) => {
    expect(contractProblems(text(name), lines)).toEqual([]);
  });

  it('are read by all queries but those on calls', () => {
    const others = names.filter((name) => !/\be\.evt\b|"evt":/.test(text(name)));
    expect(others).toEqual(['cor-calls', 'cor-latency']);
  });

  it('and the calls: those two find every call of COR by its name', () => {
    expect(calls).toContain('POST /v1/oauth/token');
    expect(calls).toContain('PUT /v2/integrations/users/{userId}/detach');
    for (const name of ['cor-calls', 'cor-latency']) {
      const [, pattern = ''] = /Name matches regex '(.+)'/.exec(text(name)) ?? [];
      for (const call of calls) expect(call).toMatch(new RegExp(pattern));
      expect('process message').not.toMatch(new RegExp(pattern));
    }
  });

  it.each([
    [
      'a field that is not written',
      'Message startswith \'{"evt":"message.\' | extend x = e.queueLag',
      /queueLag/,
    ],
    [
      'a field that other events write',
      'Message startswith \'{"evt":"pause.\' | extend x = e.outcome',
      /outcome/,
    ],
    [
      'half an event as a whole one',
      'Message startswith \'{"evt":"message.dead"\'',
      /begins with, message\.dead/,
    ],
    ['an event that is misspelt', 'Message startswith \'{"evt":"mesage.\'', /begins with, mesage/],
    [
      'an outcome that does not exist',
      "Message startswith '{\"evt\":\"message.' | where outcome in ('retry', 'retried')",
      /outcome is never retried/,
    ],
    [
      'an event in a comparison',
      "Message startswith '{\"evt\":\"' | where evt in ('cor.drift', 'cor.drifted')",
      /evt is never cor.drifted/,
    ],
    [
      'a class that does not exist',
      "Message startswith '{\"evt\":\"message.' | where tostring(e.errorClass) == 'authentication'",
      /errorClass is never auth/,
    ],
  ])('%s is found out', (_what, query, expected) => {
    expect(contractProblems(query, lines).join('\n')).toMatch(expected);
  });
});
