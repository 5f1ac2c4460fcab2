import { execFile } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../cli/commands.ts';
import { DEAD_LETTER_REASONS } from '../../src/dead-letter-reason.ts';
import { readReplayRequest } from '../../src/dead-letters/replay-request.ts';
import { SKIP_REASONS } from '../../src/dynamics/translation.ts';
import { SITUATIONS } from '../../src/reconcile/situation.ts';
import { blocks, code, readDoc, section, tableRows } from './documentation.ts';

const REPOSITORY = join(import.meta.dirname, '../..');
const DOC = readDoc('runbook.md');
const PROSE = DOC.replaceAll(/^```[\s\S]*?^```$/gm, '');

function read(file: string): string {
  return readFileSync(join(REPOSITORY, file), 'utf8');
}

describe('the dead-letter reasons', () => {
  const [own = '', ofServiceBus = ''] = section(DOC, '### Each reason').split('Service Bus gives');

  it('are all there, each with what it means and what to do', () => {
    const rows = tableRows(own).slice(1);
    expect(rows.map(([name = '']) => code(name)[0])).toEqual([...DEAD_LETTER_REASONS]);
    for (const [, meaning = '', remedy = ''] of rows)
      expect(Math.min(meaning.length, remedy.length)).toBeGreaterThan(10);
  });

  it('of Service Bus stand apart from those of the connector', () => {
    const names = tableRows(ofServiceBus).flatMap(([name = '']) => code(name));
    expect(names).toEqual(['MaxDeliveryCountExceeded', 'TTLExpiredException']);
  });
});

describe('the alerts', () => {
  const bicep = read('infra/modules/alerts.bicep');
  const part = section(DOC, '## The alerts');

  /** Rules with a resource of their own are on metrics, those in the list `logAlerts` on logs. */
  const rules = [
    ...[...bicep.matchAll(/name: '(alert-[a-z-]+)-\$\{suffix\}'[\s\S]*?severity: (\d)/g)].map((found) => ({
      name: found[1],
      severity: found[2],
      kind: 'metric',
    })),
    ...[...bicep.matchAll(/name: '([a-z-]+)'\n\s+displayName: [\s\S]*?severity: (\d)/g)].map((found) => ({
      name: `alert-${found[1]}`,
      severity: found[2],
      kind: 'log',
    })),
  ];

  it('are all there and no other, with severity and kind', () => {
    const described = [...part.matchAll(/^### (alert-\S+)\n\nSeverity (\d), (metric|log)\./gm)].map(
      (found) => ({
        name: found[1],
        severity: found[2],
        kind: found[3],
      }),
    );
    const byName = (a: { name: string | undefined }, b: { name: string | undefined }) =>
      String(a.name).localeCompare(String(b.name));
    expect(rules).toHaveLength(10);
    expect(described.toSorted(byName)).toEqual(rules.toSorted(byName));
  });

  it.each(rules.map(({ name }) => name))(
    '%s says what it means, where to look first and what to do',
    (name) => {
      const text = section(DOC, `### ${name}`);
      for (const label of ['**Means:**', '**First look:**', '**Fix:**']) expect(text).toContain(label);
    },
  );
});

describe('the workbook', () => {
  interface Item {
    readonly content: {
      readonly title?: string;
      readonly links?: readonly { linkLabel: string }[];
      readonly items?: Item[];
    };
  }
  const titles = (items: readonly Item[]): string[] =>
    items.flatMap(({ content }) => [
      ...(content.title ? [content.title] : []),
      ...(content.links ?? []).map(({ linkLabel }) => linkLabel),
      ...titles(content.items ?? []),
    ]);
  const known = titles(JSON.parse(read('infra/workbook.json')).items);

  it('has every tab, and every part of a tab, that the runbook sends to', () => {
    const tabs = ['Overview', 'Failures', 'Trace one record', 'COR API', 'Queue', 'Reconcile'];
    expect(known).toEqual(expect.arrayContaining(tabs));
    const named = [...DOC.matchAll(/\btab ([A-Z][\w ]*?)(?:, ([A-Z][\w' ]*?))?(?=[,.;:)]|$)/gm)];
    expect(named.length).toBeGreaterThan(8);
    for (const [, tab = '', title] of named) {
      expect(tabs).toContain(tab);
      if (title !== undefined) expect(known.map((one) => one.split(':')[0])).toContain(title);
    }
  });
});

describe('the commands', () => {
  const scripts = Object.keys(JSON.parse(read('package.json')).scripts);
  const bash = blocks(DOC, 'bash');

  it.each(globSync(['docs/*.md', '*.md'], { cwd: REPOSITORY }).sort())('of %s are npm scripts', (file) => {
    const named = [...read(file).matchAll(/\bnpm run (?:--silent )?([a-z][\w-]*)/g)].map(([, name]) => name);
    expect(scripts).toEqual(expect.arrayContaining(named));
  });

  it('can be read by bash', async () => {
    expect(bash.length).toBeGreaterThan(8);
    await promisify(execFile)('bash', ['-n', '-c', bash.join('\n')]);
  });

  /** What stands behind `./connector`, for one page: placeholders are words in capitals, and `"${AT[@]}"` is a shell's list of options. */
  const commands = (file: string) =>
    [...read(file).matchAll(/\.\/connector ([^`#\n]+)/g)].map(([, rest = '']) =>
      (rest.split(/ {2,}|>|;|,|\)/)[0] ?? '')
        .replaceAll(/"\$\{AT\[@\]\}"/g, '--namespace contoso')
        .replaceAll(/["…]/g, '')
        .trim()
        .split(/\s+/),
    );

  it.each(globSync(['docs/*.md', '*.md'], { cwd: REPOSITORY }).sort())(
    'of %s are those of the program, with options that they know',
    async (file) => {
      for (const args of commands(file)) {
        const program = new Command()
          .exitOverride()
          .configureOutput({ outputError: () => {}, writeErr: () => {} });
        const ran: unknown[] = [];
        for (const define of COMMANDS) define(program, () => async () => void ran.push(args));
        const group = program.commands.find((one) => one.name() === args[0]);
        expect(group, args.join(' ')).toBeDefined();
        // A page may name a command without what it works on.
        if (args.length === 1 || args.at(-1) === '--help') continue;
        const numbered = args.map((arg) => (arg === 'NUMBER' ? '1' : arg));
        await expect(program.parseAsync(numbered, { from: 'user' }), args.join(' ')).resolves.toBeDefined();
        expect(ran).toHaveLength(1);
      }
    },
  );

  it('are all in the runbook', () => {
    const named = new Set(commands('docs/runbook.md').map(([group, name]) => `${group} ${name}`));
    for (const name of ['list', 'show', 'replay', 'discard', 'export', 'repair'])
      expect(named).toContain(`dead-letters ${name}`);
    for (const name of ['list', 'show', 'export']) expect(named).toContain(`ledger ${name}`);
    expect(named).toContain('dataverse register');
  });

  it('over HTTP send what the function takes', () => {
    const [, body = ''] = /-d '([^']+)'/.exec(DOC) ?? [];
    expect(readReplayRequest(body)).toEqual({
      request: { reason: 'CorEntityNotMapped', max: 100, dryRun: true },
    });
  });
});

describe('what is named', () => {
  const parameters = new Map(
    [...read('infra/resources.bicep').matchAll(/^param (\w+) \w+(?:\[\])?(?: = '?(.*?)'?)?$/gm)].map(
      ([, name = '', fallback]) => [name, fallback],
    ),
  );

  it('links within the page, and to the other pages, end somewhere', () => {
    const slugs = (markdown: string) =>
      [...markdown.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
        title
          .toLowerCase()
          .replaceAll(/[^\w\- ]/g, '')
          .replaceAll(' ', '-'),
      );
    const links = [...DOC.matchAll(/\]\(([\w.]*)#([^)]+)\)/g)];
    expect(links.length).toBeGreaterThan(20);
    for (const [, page, anchor] of links) expect(slugs(page ? readDoc(page) : DOC)).toContain(anchor);
  });

  it('parameters are parameters of the templates', () => {
    const camelCase = code(PROSE).filter((text) => /^[a-z]+(?:[A-Z]\w*)+$/.test(text));
    const others = [
      'deadLetterReason',
      'primaryConnectionString',
      'errorCode',
      'skipReason',
      ...SKIP_REASONS,
      ...SITUATIONS,
      'otherOrganization',
      'syncRetries',
      'maxConcurrentCalls',
      'dryRun',
      'isCurrentVersion',
    ];
    const named = camelCase.filter((name) => !others.includes(name));
    expect(named).toContain('vnetEnabled');
    expect([...parameters.keys()]).toEqual(expect.arrayContaining(named));
  });

  it('log events are events of the log', () => {
    const events = code(PROSE).filter((text) =>
      /^(message|cor|ledger|telemetry|pause|health)\.\w+$/.test(text),
    );
    expect(events).toContain('ledger.unreadable');
    for (const event of events) expect(read('src/log.ts')).toContain(`'${event}'`);
  });

  it('limits are those of the templates and of host.json', () => {
    const rows = new Map(
      tableRows(section(DOC, '## Limits')).map(([what = '', limit = '']) => [what, limit]),
    );
    const host = JSON.parse(read('host.json')).extensions.serviceBus;
    const instances = Number(parameters.get('maximumInstanceCount'));
    const calls = Number(parameters.get('corConcurrency'));
    expect(rows.get('messages in work, per instance')).toBe(String(host.maxConcurrentCalls));
    expect(rows.get('instances')).toBe(String(instances));
    expect(rows.get('COR calls in flight')).toBe(
      `${calls} for each instance, so ${calls * instances} in all`,
    );
    expect(rows.get('memory of an instance')).toBe(`${parameters.get('instanceMemoryMB')} MB`);
    const queue = read('infra/modules/service-bus.bicep');
    expect(queue).toContain("defaultMessageTimeToLive: 'P14D'");
    expect(queue).toContain('maxDeliveryCount: 10');
    expect(rows.get('a message in the queue')).toBe('14 days, 10 deliveries');
    expect(DOC).toContain(`\`backlogThreshold\` (${parameters.get('backlogThreshold')})`);
    expect(DOC).toContain(`\`logRetentionDays\`, ${parameters.get('logRetentionDays')}`);
    expect(DOC).toContain(`QUEUE=${parameters.get('queueName')}`);
    expect(read('infra/resources.bicep')).toContain("clientSecretName = 'cor-client-secret'");
    expect(DOC).toContain('-n cor-client-secret ');
  });
});
