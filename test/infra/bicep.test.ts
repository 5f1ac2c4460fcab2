import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { BICEP, bicep, block, infraFile, outputsOf, parametersOf, QUERIES } from './infra-files.ts';

const root = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');

const ALL = [...BICEP.values()].join('\n');

describe('the template', () => {
  it.each([...BICEP.keys()])('%s loads and uses files that are there', (name) => {
    const used = [
      ...bicep(name).matchAll(
        /(?:loadTextContent\(|loadJsonContent\(|^import .* from |^module \w+ )'([^']+)'/gm,
      ),
    ];
    for (const [, path = ''] of used)
      expect(existsSync(new URL(path, new URL(`../../infra/${name}`, import.meta.url))), path).toBe(true);
  });

  it('uses every query that there is', () => {
    for (const name of QUERIES.keys()) expect(ALL).toContain(`queries/${name}.kql')`);
  });

  it('takes and gives no secret', () => {
    const secret = /secret|password|key|token|sas|connectionstring/i;
    // The key is the public half of COR's credentials; the others are names, not values.
    const harmless = ['corApiKey', 'corSecretName', 'secretWriterObjectId', 'corTokenUrl'];
    const names = ['keyVaultName', 'KEY_VAULT_NAME', 'corSecretName', 'COR_SECRET_NAME'];
    for (const text of BICEP.values()) {
      const parameters = parametersOf(text).map(({ name }) => name);
      expect(parameters.filter((name) => secret.test(name) && !harmless.includes(name))).toEqual([]);
      expect(outputsOf(text).filter((name) => secret.test(name) && !names.includes(name))).toEqual([]);
    }
    expect(ALL).not.toMatch(/listKeys|listSecrets|getSecret|Microsoft\.KeyVault\/vaults\/secrets|@secure/);
  });

  it('says of every parameter of the two entry files what it is', () => {
    for (const name of ['main.bicep', 'resources.bicep']) {
      const parameters = parametersOf(bicep(name));
      expect(parameters.length).toBe([...bicep(name).matchAll(/^param /gm)].length);
      expect(parameters.filter(({ description }) => description === '')).toEqual([]);
    }
  });

  it('has the same parameters, limits and defaults in main.bicep as in resources.bicep, and hands all of them on', () => {
    const own = ['environmentName', 'location', 'resourceGroupName', 'tags'];
    const shared = (name: string) => parametersOf(bicep(name)).filter((one) => !own.includes(one.name));
    expect(shared('main.bicep')).toEqual(shared('resources.bicep'));
    expect(shared('main.bicep').length).toBeGreaterThan(20);
    const handed = block(bicep('main.bicep'), "module resources 'resources.bicep' = {");
    for (const { name } of parametersOf(bicep('resources.bicep')))
      expect(handed).toMatch(new RegExp(`^    ${name}: ${name}$`, 'm'));
  });

  it('assigns roles by ids that are in one place only, each on the narrowest scope', () => {
    const roles = block(bicep('modules/roles.bicep'), 'var roles = {');
    expect(
      Object.fromEntries([...roles.matchAll(/(\w+): '(.+)'/g)].map(([, name, id]) => [name, id])),
    ).toEqual({
      storageBlobDataOwner: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b',
      serviceBusDataReceiver: '4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0',
      serviceBusDataSender: '69a216fc-b8fb-44d8-bc22-1f3c2cd27a39',
      serviceBusDataOwner: '090c5cfd-751d-490a-894a-3ce6f1109419',
      keyVaultSecretsUser: '4633458b-17de-408a-b874-0445c86b69e6',
      keyVaultSecretsOfficer: 'b86a8fe4-44ce-4948-aee5-eccb2c155cd7',
      monitoringMetricsPublisher: '3913510d-42f4-4e42-8a64-420c390055eb',
    });
    const assignments = [...BICEP.values()].flatMap((text) =>
      [...text.matchAll(/'Microsoft\.Authorization\/roleAssignments@2022-04-01' = .*/g)].map(({ index }) =>
        block(text.slice(index), '='),
      ),
    );
    const scopes = assignments.map((text) => /^ {2}scope: (.+)$/m.exec(text)?.[1]);
    expect(scopes.sort()).toEqual(['account', 'insights', 'namespace::queue', 'vault', 'vault']);
    for (const text of assignments)
      expect(text).toMatch(/'Microsoft\.Authorization\/roleDefinitions', roles?/);
  });

  it('opens nothing by key but the queue, to Dataverse, for sending', () => {
    expect(bicep('modules/storage.bicep')).toContain('allowSharedKeyAccess: false');
    expect(bicep('modules/storage.bicep')).toContain('allowBlobPublicAccess: false');
    expect(bicep('modules/monitoring.bicep')).toContain('DisableLocalAuth: true');
    expect(bicep('modules/monitoring.bicep')).toContain('disableLocalAuth: true');
    const bus = bicep('modules/service-bus.bicep');
    expect(bus).toContain('disableLocalAuth: false');
    expect(bus.match(/authorizationRules/gi)).toHaveLength(1);
    expect(block(bus, "resource dataverseSend 'authorizationRules' = {")).toMatch(
      /name: 'dataverse-send'\s+properties: \{\s+rights: \['Send'\]/,
    );
    const app = bicep('modules/function-app.bicep');
    expect(block(app, "'basicPublishingCredentialsPolicies' = {")).toMatch(
      /name: 'scm'\s+properties: \{\s+allow: false/,
    );
    expect(app).toContain('httpsOnly: true');
  });

  it('makes the queue as the connector needs it', () => {
    const queue = block(bicep('modules/service-bus.bicep'), "resource queue 'queues' = {");
    for (const line of [
      "lockDuration: 'PT5M'",
      'maxDeliveryCount: 10',
      "defaultMessageTimeToLive: 'P14D'",
      'deadLetteringOnMessageExpiration: true',
      'requiresSession: false',
      'requiresDuplicateDetection: false',
    ])
      expect(queue).toContain(line);
    expect(block(bicep('modules/service-bus.bicep'), 'sku: {')).toContain("name: 'Standard'");
  });

  it('keeps Service Bus within reach of Dataverse, with a network as well', () => {
    const bus = bicep('modules/service-bus.bicep');
    expect(bus).toContain("publicNetworkAccess: 'Enabled'");
    expect(bus).not.toMatch(/networkRuleSets|privateOnly|vnet/);
    expect(bicep('modules/network.bicep')).not.toMatch(/serviceBus|Microsoft\.ServiceBus/);
  });

  it('runs on Flex Consumption with Node 24 unless told otherwise, as the identity', () => {
    const app = bicep('modules/function-app.bicep');
    expect(app).toMatch(/name: 'FC1'\s+tier: 'FlexConsumption'/);
    expect(app).toContain("kind: 'functionapp,linux'");
    expect(block(app, 'authentication: {')).toContain("type: 'UserAssignedIdentity'");
    const runtime = parametersOf(bicep('main.bicep')).find(({ name }) => name === 'runtimeVersion');
    expect(runtime).toMatchObject({ fallback: "'24'", limits: "@allowed(['22', '24'])" });
    expect(app).toContain('maximumInstanceCount: maximumInstanceCount');
    expect(app).toContain("name: 'function:syncAssignments'");
    expect(root('functions/sync-assignments.ts')).toContain("serviceBusQueue('syncAssignments'");
  });

  it('makes the container that the ledger uses', () => {
    const [, container] = /CONTAINER = '([\w-]+)'/.exec(root('src/ledger/blob-ledger.ts')) ?? [];
    expect(bicep('modules/storage.bicep')).toMatch(
      new RegExp(`resource ledger 'containers' = \\{\\s+name: '${container}'`),
    );
  });

  it('sends the logs of Service Bus and of the vault to the workspace', () => {
    expect(block(bicep('modules/service-bus.bicep'), 'logs: [')).toContain("categoryGroup: 'allLogs'");
    expect(block(bicep('modules/key-vault.bicep'), 'logs: [')).toContain("categoryGroup: 'audit'");
  });

  it('keeps names short enough for vault and storage: a prefix and the 13 letters of uniqueString', () => {
    const names = [...bicep('resources.bicep').matchAll(/name: '([a-z-]+)\$\{token\}'/g)].map(
      ([, prefix = '']) => prefix,
    );
    expect(names).toEqual(expect.arrayContaining(['st', 'kv-', 'sb-', 'func-']));
    for (const prefix of names) expect(prefix.length + 13).toBeLessThanOrEqual(24);
  });
});

describe('the alerts', () => {
  const text = bicep('modules/alerts.bicep');
  const metrics = [...text.matchAll(/'Microsoft\.Insights\/metricAlerts@2018-03-01' = /g)].map(({ index }) =>
    block(text.slice(index), '='),
  );
  const logs = [...text.matchAll(/query: loadTextContent\('\.\.\/queries\/(alert-[\w-]+)\.kql'\)/g)].map(
    ([, name]) => name,
  );

  it('are seven: three on metrics, four on logs', () => {
    expect(metrics).toHaveLength(3);
    expect([...logs].sort()).toEqual([...QUERIES.keys()].filter((name) => name.startsWith('alert-')).sort());
    expect(logs).toHaveLength(4);
  });

  it('all tell the one action group, in the common schema', () => {
    for (const alert of metrics) expect(alert).toMatch(/actions: \[\s+\{\s+actionGroupId: actions\.id/);
    expect(text).toContain('actionGroups: [actions.id]');
    expect(text.match(/'Microsoft\.Insights\/actionGroups@/g)).toHaveLength(1);
    expect(text).toContain('useCommonAlertSchema: true');
    expect(text).toMatch(/groupShortName: '.{1,12}'/);
  });

  it('never add up a gauge, and watch the one queue', () => {
    const criteria = metrics.flatMap((alert) =>
      [...alert.matchAll(/metricName: '(\w+)'\s+timeAggregation: '(\w+)'[^{}]+dimensions: thisQueue/g)].map(
        ([, metric, aggregation]) => `${metric} ${aggregation}`,
      ),
    );
    expect(criteria).toEqual([
      'DeadletteredMessages Maximum',
      'ActiveMessages Minimum',
      'CompleteMessage Total',
      'ActiveMessages Average',
    ]);
  });
});

describe('the files for azd', () => {
  const service = (
    parse(root('azure.yaml')) as {
      infra: { path: string };
      services: Record<string, Record<string, unknown>>;
    }
  ).services;

  it('deploy the service to the app that carries its tag', () => {
    expect(Object.keys(service)).toEqual(['connector']);
    expect(service.connector).toMatchObject({ project: '.', host: 'function', language: 'ts' });
    expect(bicep('modules/function-app.bicep')).toContain("'azd-service-name': 'connector'");
    expect(bicep('main.bicep')).toContain("'azd-env-name': environmentName");
    expect(outputsOf(bicep('main.bicep'))).toEqual(
      expect.arrayContaining(['AZURE_LOCATION', 'AZURE_TENANT_ID', 'AZURE_RESOURCE_GROUP']),
    );
  });

  it('build remotely: node_modules stays here, and what the build needs goes up', () => {
    expect(service.connector?.remoteBuild).toBe(true);
    const ignored = root('.funcignore')
      .split('\n')
      .map((line) => line.trim());
    expect(ignored).toContain('node_modules');
    for (const needed of [
      'src',
      'functions',
      'cli',
      'local',
      '*.ts',
      '*.json',
      'tsconfig.json',
      'package*.json',
    ])
      expect(ignored).not.toContain(needed);
  });

  it('give main.bicep values for parameters that it has, and for all that have no default', () => {
    const given = Object.keys(
      (JSON.parse(infraFile('main.parameters.json')) as { parameters: object }).parameters,
    );
    const parameters = parametersOf(bicep('main.bicep'));
    expect(parameters.map(({ name }) => name)).toEqual(expect.arrayContaining(given));
    const required = parameters.filter(({ fallback }) => fallback === undefined).map(({ name }) => name);
    expect(given).toEqual(expect.arrayContaining(required));
    expect(required.sort()).toEqual(['corApiKey', 'environmentName', 'location']);
  });
});
