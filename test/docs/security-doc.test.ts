import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readDoc, section, tableRows } from './documentation.ts';

const read = (file: string) => readFileSync(join(import.meta.dirname, '../..', file), 'utf8');
const DOC = read('SECURITY.md');

/** Azure's names of the built-in roles, by the names that the template gives their ids. */
const ROLES: Readonly<Record<string, string>> = {
  storageBlobDataOwner: 'Storage Blob Data Owner',
  storageBlobDataContributor: 'Storage Blob Data Contributor',
  serviceBusDataReceiver: 'Azure Service Bus Data Receiver',
  serviceBusDataSender: 'Data Sender on its one queue',
  serviceBusDataOwner: 'Azure Service Bus Data Owner',
  keyVaultSecretsUser: 'Key Vault Secrets User',
  monitoringMetricsPublisher: 'Monitoring Metrics Publisher',
};

describe('who may do what', () => {
  const part = section(DOC, '## Who may do what');

  it('names every role that the template gives to the app, and no other is in the template', () => {
    const given = [...read('infra/modules/roles.bicep').matchAll(/^ {2}(\w+): '/gm)].map(([, name]) => name);
    // For people and pipelines, not for the app: the runbook lists it.
    expect(given.toSorted()).toEqual([...Object.keys(ROLES), 'keyVaultSecretsOfficer'].toSorted());
    for (const role of Object.values(ROLES)) expect(part).toContain(role);
    expect(readDoc('runbook.md')).toContain('Key Vault Secrets Officer');
  });

  it.each([
    ['storage.bicep', 'allowSharedKeyAccess: false'],
    ['monitoring.bicep', 'DisableLocalAuth: true'],
    ['monitoring.bicep', 'disableLocalAuth: true'],
    ['service-bus.bicep', 'disableLocalAuth: false'],
    ['service-bus.bicep', "minimumTlsVersion: '1.2'"],
    ['service-bus.bicep', "rights: ['Send']"],
    ['storage.bicep', "minimumTlsVersion: 'TLS1_2'"],
    ['function-app.bicep', "minTlsVersion: '1.2'"],
    ['function-app.bicep', 'basicPublishingCredentialsPolicies'],
  ])('is true of %s: %s', (file, line) => {
    expect(read(`infra/modules/${file}`)).toContain(line);
  });
});

describe('which data is where', () => {
  const rows = new Map(
    tableRows(section(DOC, '## Which data is where')).map(([where = '', , howLong = '']) => [where, howLong]),
  );

  it('keeps it as long as the templates say', () => {
    expect(rows.get('queue')).toContain('14 days');
    expect(read('infra/modules/service-bus.bicep')).toContain("defaultMessageTimeToLive: 'P14D'");
    expect(rows.get('ledger, container `cor-ledger`')).toContain('30 more days');
    expect(read('infra/resources.bicep')).toMatch(/keepDeletedDays: 30\s+keepVersions: true/);
    const [, days] = /^param logRetentionDays int = (\d+)$/m.exec(read('infra/resources.bicep')) ?? [];
    expect(rows.get('logs and traces, Log Analytics')).toBe(`\`logRetentionDays\`, ${days}`);
  });
});

describe('what is never logged', () => {
  it('has no field in a log line', () => {
    const line = /export interface LogLine \{(.*?)\n\}/s.exec(read('src/log.ts'))?.[1] ?? '';
    const fields = [...line.matchAll(/readonly (\w+)\?/g)].map(([, name = '']) => name);
    expect(fields).toContain('recordId');
    expect(
      fields.filter((name) => /user|mail|body|token|key|secret|workspaceName|description/i.test(name)),
    ).toEqual([]);
  });
});

describe('the supply chain', () => {
  const root = JSON.parse(read('package.json'));

  it('has one exact version of every dependency', () => {
    const versions = Object.values({ ...root.dependencies, ...root.devDependencies, ...root.overrides });
    for (const version of versions) expect(version).toMatch(/^\d+\.\d+\.\d+(-[\w.]+)?$/);
  });

  it('has a hash of every package in the lock file', () => {
    const { packages } = JSON.parse(read('package-lock.json')) as {
      packages: Record<string, { integrity?: string }>;
    };
    const own = Object.entries(packages).filter(([path]) => path !== '');
    expect(own.length).toBeGreaterThan(100);
    expect(own.filter(([, { integrity = '' }]) => !/^sha512-/.test(integrity)).map(([path]) => path)).toEqual(
      [],
    );
  });

  it('says which packages may run a script when they are installed', () => {
    const { packages } = JSON.parse(read('package-lock.json')) as {
      packages: Record<string, { hasInstallScript?: boolean }>;
    };
    const wanting = Object.entries(packages).flatMap(([path, { hasInstallScript }]) =>
      hasInstallScript ? [path.replace(/^.*node_modules\//, '')] : [],
    );
    expect(Object.keys(root.allowScripts)).toEqual(expect.arrayContaining(wanting));
  });
});

it('sends nobody to a page or a heading that is not there', () => {
  const links = [...DOC.matchAll(/\]\((docs\/[\w.]+)#([^)]+)\)/g)];
  expect(links.length).toBeGreaterThan(1);
  for (const [, page = '', anchor = ''] of links)
    expect(read(page).toLowerCase()).toMatch(new RegExp(`^#+ ${anchor.replaceAll('-', ' ')}$`, 'm'));
});
