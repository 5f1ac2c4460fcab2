import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { QUERIES } from './infra-files.ts';
import {
  deployedWorkbook,
  itemsOf,
  SHARED_QUERIES,
  type Workbook,
  type WorkbookItem,
  workbookProblems,
} from './workbook.ts';

const deployed = deployedWorkbook();
const workbook = JSON.parse(deployed) as Workbook;

const queryItems = (book: Workbook) => itemsOf(book).filter(({ type }) => type === 3);
const tab = (name: string): WorkbookItem[] => {
  const group = workbook.items.find(({ conditionalVisibility }) => conditionalVisibility?.value === name);
  if (!group) throw new Error(`There is no tab ${name}`);
  return itemsOf(group.content as unknown as Workbook);
};

describe('the workbook as it is deployed', () => {
  it('is in order', () => {
    expect(workbookProblems(deployed)).toEqual([]);
  });

  it('holds each query exactly as it is in its file, whatever the line ends on the disk of who deploys', () => {
    for (const { name, content } of queryItems(workbook).filter((item) => item.name !== 'trace-selected'))
      expect(content.query).toBe(QUERIES.get(name));
    expect(JSON.parse(deployedWorkbook('\r\n'))).toEqual(workbook);
  });

  it('uses every query of the query pack', () => {
    const used = queryItems(workbook).map(({ name }) => name);
    expect(used.sort()).toEqual([...SHARED_QUERIES.keys(), 'trace-selected'].sort());
    for (const [name, text] of SHARED_QUERIES) expect(text, name).toBe(QUERIES.get(name));
  });

  it('asks the workspace, so that all tables are at hand, in the time range that was chosen', () => {
    for (const { content } of queryItems(workbook))
      expect(content).toMatchObject({
        resourceType: 'microsoft.operationalinsights/workspaces',
        crossComponentResources: [expect.stringContaining('/Microsoft.OperationalInsights/workspaces/')],
        timeContextFromParameter: 'TimeRange',
      });
  });

  it('has the tabs overview, failures, trace one record, COR API, queue and reconcile, each with something in it', () => {
    const links = itemsOf(workbook).find(({ type }) => type === 11)?.content.links as { subTarget: string }[];
    expect(links.map(({ subTarget }) => subTarget)).toEqual([
      'overview',
      'failures',
      'trace',
      'cor',
      'queue',
      'reconcile',
    ]);
    for (const { subTarget } of links) expect(tab(subTarget).length).toBeGreaterThan(1);
  });

  it('shows what is known of a failure that is selected', () => {
    const [latest, selected] = ['failures-latest', 'trace-selected'].map((name) =>
      tab('failures').find((item) => item.name === name),
    );
    expect(latest?.content).toMatchObject({ exportFieldName: 'traceId', exportParameterName: 'Selected' });
    expect(selected?.content.query).toContain("'{Selected}'");
    expect(selected?.conditionalVisibility?.parameterName).toBe('Selected');
  });

  it('shows what is in the queue now, whatever time range was chosen: the most of yesterday is not now', () => {
    const now = tab('overview').find(({ name }) => name === 'overview-queue');
    expect(now?.content.timeContext).toEqual({ durationMs: 300_000 });
    expect(now?.content.timeContextFromParameter).toBeUndefined();
    expect(now?.content.title).toContain('last 5 minutes');
    const others = itemsOf(workbook).filter(({ type, name }) => type === 10 && name !== 'overview-queue');
    expect(others.length).toBeGreaterThan(2);
    for (const { content } of others) expect(content.timeContextFromParameter).toBe('TimeRange');
  });

  it('names commands that there are', () => {
    const text = itemsOf(workbook)
      .filter(({ type }) => type === 1)
      .map(({ content }) => String(content.json))
      .join('\n');
    expect(text).toContain('./connector dead-letters list');
    const usage = readFileSync(new URL('../../cli/dead-letters/commands.ts', import.meta.url), 'utf8');
    for (const [, command = ''] of text.matchAll(/(?:`|-- )(list|show|replay|discard)`/g))
      expect(usage).toContain(`.command('${command}')`);
  });

  it('shows metrics of this namespace and this app', () => {
    const ids = itemsOf(workbook)
      .filter(({ type }) => type === 10)
      .map(({ content }) => [content.resourceType, ...(content.resourceIds as string[])]);
    expect(ids.length).toBeGreaterThan(3);
    for (const [type, id] of ids) expect(String(id).toLowerCase()).toContain(`/providers/${String(type)}/`);
  });
});

describe('a workbook that is wrong is found out', () => {
  it.each([
    ['a token without a value', /left over/, '"name": "title"', '"name": "{{workspaceIdentity}}"'],
    [
      'a metric that Service Bus does not have',
      /--ActiveMessagess/,
      '--ActiveMessages"',
      '--ActiveMessagess"',
    ],
    [
      'a gauge that is added up',
      /DeadletteredMessages by aggregation 1/,
      /("metric": ".*--DeadletteredMessages",\s+"aggregation": )3/,
      '$11',
    ],
    ['a parameter that nothing sets', /unknown parameter Chosen/, "'{Selected}'", "'{Chosen}'"],
    ['an id that is no GUID', /no GUID: 1/, /"id": "[0-9a-f-]{36}"/, '"id": "1"'],
    [
      'two items of one name',
      /two items are named overview-lag/,
      '"name": "overview-outcomes"',
      '"name": "overview-lag"',
    ],
    ['a query that breaks the JSON', /JSON/, '"name": "title"', '"name": "ti"tle"'],
  ] as const)('%s', (_what, expected, from, to) => {
    const broken = deployed.replace(from, to);
    expect(broken).not.toBe(deployed);
    expect(workbookProblems(broken).join('\n')).toMatch(expected);
  });
});
