import { bicep, infraFile, QUERIES } from './infra-files.ts';

/** `'…'` of Bicep as the text that it stands for. */
function bicepText(literal: string): string {
  const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };
  return literal.replace(/\\(.)/g, (_, letter: string) => escapes[letter] ?? letter);
}

const MODULE = bicep('modules/workbook.bicep');

/** The replacements of `insideJson` in the template, innermost first. */
const ESCAPES = [
  ...(/^func insideJson.*\n.*$/m.exec(MODULE)?.[0].matchAll(/, '((?:\\.|[^'])*)', '((?:\\.|[^'])*)'\)/g) ??
    []),
].map(([, from = '', to = '']) => [bicepText(from), bicepText(to)] as const);

function insideJson(text: string): string {
  return ESCAPES.reduce((result, [from, to]) => result.replaceAll(from, () => to), text);
}

/** The queries of the workbook and the query pack, by the names that the template gives to them. */
export const SHARED_QUERIES: ReadonlyMap<string, string> = new Map(
  [
    ...bicep('modules/queries.bicep').matchAll(
      /name: '([\w-]+)'\s+displayName: '.+'\s+text: loadTextContent\('\.\.\/queries\/([\w-]+)\.kql'\)/g,
    ),
  ].map(([, name = '', file = '']) => [name, QUERIES.get(file) ?? '']),
);

const RESOURCES: Readonly<Record<string, string>> = {
  workspaceId: '/subscriptions/s/resourceGroups/g/providers/Microsoft.OperationalInsights/workspaces/log-x',
  serviceBusId: '/subscriptions/s/resourceGroups/g/providers/Microsoft.ServiceBus/namespaces/sb-x',
  functionAppId: '/subscriptions/s/resourceGroups/g/providers/Microsoft.Web/sites/func-x',
};

/** What the deployment makes of workbook.json, with made-up resource ids: the text that the portal reads. */
export function deployedWorkbook(lineEnd: '\n' | '\r\n' = '\n'): string {
  const asOnDisk = (text: string) => text.replaceAll('\n', lineEnd);
  let text = asOnDisk(infraFile('workbook.json'));
  for (const [name, query] of SHARED_QUERIES)
    text = text.replaceAll(`{{kql:${name}}}`, () => insideJson(asOnDisk(query)));
  const selected = (QUERIES.get('trace-record') ?? '').replaceAll('{Id}', '{Selected}');
  text = text.replaceAll('{{kql:trace-selected}}', () => insideJson(asOnDisk(selected)));
  for (const [, token = '', value = ''] of MODULE.matchAll(/'\{\{(\w+)\}\}', (\w+)\)/g))
    text = text.replaceAll(`{{${token}}}`, RESOURCES[value] ?? '');
  return text;
}

export interface WorkbookItem {
  readonly type: number;
  readonly name: string;
  readonly content: Readonly<Record<string, unknown>>;
  readonly conditionalVisibility?: { readonly parameterName: string; readonly value: string };
}

export interface Workbook {
  readonly version: string;
  readonly items: readonly WorkbookItem[];
}

/** All items, those inside groups too. */
export function itemsOf(workbook: Workbook): WorkbookItem[] {
  return workbook.items.flatMap((item) =>
    item.type === 12 ? [item, ...itemsOf(item.content as unknown as Workbook)] : [item],
  );
}

/** The query of an item as the portal would send it, with something in the place of parameters. */
export function runnableQuery(query: string): string {
  return query.replace(/\{(Id|Selected)\}/g, '6f0f4b52-4f3a-4b5e-9a62-6d1f0b8f4a10');
}

/** Metrics that Azure lists for the two kinds of resources, and how they may be added up: 1 total, 2 least, 3 most, 4 average. */
const METRICS: Readonly<Record<string, readonly number[]>> = {
  'microsoft.servicebus/namespaces--ActiveMessages': [2, 3, 4],
  'microsoft.servicebus/namespaces--DeadletteredMessages': [2, 3, 4],
  'microsoft.servicebus/namespaces--ScheduledMessages': [2, 3, 4],
  'microsoft.servicebus/namespaces--IncomingMessages': [1],
  'microsoft.servicebus/namespaces--CompleteMessage': [1],
  'microsoft.servicebus/namespaces--AbandonMessage': [1],
  'microsoft.servicebus/namespaces--ThrottledRequests': [1],
  'microsoft.servicebus/namespaces--ServerErrors': [1],
  'microsoft.servicebus/namespaces--UserErrors': [1],
  'microsoft.web/sites--OnDemandFunctionExecutionCount': [1],
  'microsoft.web/sites--InstanceCount': [2, 3, 4],
};

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

interface Identified {
  readonly id: string;
  readonly name?: string;
}

function repeated(values: readonly string[]): string[] {
  return values.filter((value, index) => values.indexOf(value) !== index);
}

/** What is wrong with a workbook, apart from its queries. */
export function workbookProblems(text: string): string[] {
  const problems: string[] = [];
  for (const [token] of text.matchAll(/\{\{[^{}]*\}\}/g)) problems.push(`left over: ${token}`);
  let workbook: Workbook;
  try {
    workbook = JSON.parse(text) as Workbook;
  } catch (error) {
    return [...problems, (error as Error).message];
  }
  const items = itemsOf(workbook);
  if (workbook.version !== 'Notebook/1.0') problems.push('the version is not Notebook/1.0');
  for (const name of repeated(items.map(({ name }) => name))) problems.push(`two items are named ${name}`);

  const parameters = items
    .filter(({ type }) => type === 9)
    .flatMap(({ content }) => content.parameters as Identified[]);
  const links = items
    .filter(({ type }) => type === 11)
    .flatMap(({ content }) => content.links as Identified[]);
  const ids = [...parameters, ...links].map(({ id }) => id);
  for (const id of ids) if (!GUID.test(id)) problems.push(`no GUID: ${id}`);
  for (const id of repeated(ids)) problems.push(`used twice: ${id}`);

  const exported = items.map(({ content }) => content.exportParameterName as string | undefined);
  const tabs = links.map((link) => (link as unknown as { cellValue: string }).cellValue);
  const known = new Set([...parameters.map(({ name }) => name), ...exported, ...tabs]);
  for (const { name, content, conditionalVisibility, type } of items) {
    const query = type === 3 ? String(content.query) : '';
    const used = [...query.matchAll(/\{(\w+)(?::\w+)?\}/g)].map(([, parameter = '']) => parameter);
    if (conditionalVisibility) used.push(conditionalVisibility.parameterName);
    if (content.timeContextFromParameter) used.push(String(content.timeContextFromParameter));
    for (const parameter of used)
      if (!known.has(parameter)) problems.push(`${name} uses the unknown parameter ${parameter}`);
    for (const { metric, aggregation } of (content.metrics ?? []) as {
      metric: string;
      aggregation: number;
    }[])
      if (!METRICS[metric]?.includes(aggregation))
        problems.push(`${name} asks for ${metric} by aggregation ${aggregation}`);
  }
  return problems;
}
