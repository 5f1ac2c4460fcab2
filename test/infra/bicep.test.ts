import { existsSync, globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { BICEP, bicep, block, members, outputsOf, parametersOf, QUERIES } from './infra-files.ts';

const root = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');

const ALL = [...BICEP.values()].join('\n');

/** How resources.bicep uses one of the modules. */
const module = (name: string) => block(bicep('resources.bicep'), `module ${name} 'modules/`);

/** Lists in resources.bicep. In main.bicep they are texts with commas, because azd hands on nothing else from its environment. */
const LISTS = ['vaultAllowedIps', 'allowedIps', 'alertEmails'];

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

  it('is not kept in its compiled form as well: the two would drift apart', () => {
    expect(globSync('**/*.json', { cwd: new URL('../../infra/', import.meta.url) }).sort()).toEqual([
      'main.parameters.json',
      'workbook.json',
    ]);
  });

  it('uses every query that there is', () => {
    for (const name of QUERIES.keys()) expect(ALL).toContain(`queries/${name}.kql')`);
  });

  it('takes and gives no secret', () => {
    const secret = /secret|password|key|token|sas|connectionstring/i;
    const harmless = ['corTokenUrl'];
    const names = ['keyVaultName', 'KEY_VAULT_NAME'];
    for (const text of BICEP.values()) {
      const parameters = parametersOf(text).map(({ name }) => name);
      expect(parameters.filter((name) => secret.test(name) && !harmless.includes(name))).toEqual([]);
      expect(outputsOf(text).filter((name) => secret.test(name) && !names.includes(name))).toEqual([]);
    }
    expect(ALL).not.toMatch(/listKeys|listSecrets|getSecret|Microsoft\.KeyVault\/vaults\/secrets|@secure/);
  });

  it('says of every parameter of the entry files what it is', () => {
    for (const name of ['main.bicep', 'resources.bicep', 'pipeline.bicep']) {
      const parameters = parametersOf(bicep(name));
      expect(parameters.length).toBe([...bicep(name).matchAll(/^param /gm)].length);
      expect(parameters.filter(({ description }) => description === '')).toEqual([]);
    }
  });

  it('has the same parameters, limits and defaults in main.bicep as in resources.bicep, and hands all of them on', () => {
    const own = ['environmentName', 'location', 'resourceGroupName', 'tags'];
    const isList = ({ name }: { name: string }) => LISTS.includes(name);
    const shared = (name: string) => parametersOf(bicep(name)).filter((one) => !own.includes(one.name));
    expect(shared('main.bicep').filter((one) => !isList(one))).toEqual(
      shared('resources.bicep').filter((one) => !isList(one)),
    );
    expect(shared('main.bicep').length).toBeGreaterThan(20);
    expect(shared('main.bicep').filter(isList)).toMatchObject(
      LISTS.map((name) => ({ name, type: 'string' })),
    );
    expect(shared('resources.bicep').filter(isList)).toMatchObject(
      LISTS.map((name) => ({ name, type: 'string[]' })),
    );
    const handed = block(bicep('main.bicep'), "module resources 'resources.bicep' = {");
    for (const { name } of parametersOf(bicep('resources.bicep')))
      expect(handed).toMatch(new RegExp(`^    ${name}: .*\\b${name}\\b`, 'm'));
  });

  it('assigns roles by ids that are in one place only, each on the narrowest scope', () => {
    const roles = block(bicep('modules/roles.bicep'), 'var roles = {');
    expect(
      Object.fromEntries([...roles.matchAll(/(\w+): '(.+)'/g)].map(([, name, id]) => [name, id])),
    ).toEqual({
      storageBlobDataOwner: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b',
      storageBlobDataContributor: 'ba92f5b4-2d11-453d-a403-e96b0029c9fe',
      serviceBusDataReceiver: '4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0',
      serviceBusDataSender: '69a216fc-b8fb-44d8-bc22-1f3c2cd27a39',
      serviceBusDataOwner: '090c5cfd-751d-490a-894a-3ce6f1109419',
      keyVaultSecretsUser: '4633458b-17de-408a-b874-0445c86b69e6',
      keyVaultSecretsOfficer: 'b86a8fe4-44ce-4948-aee5-eccb2c155cd7',
      monitoringMetricsPublisher: '3913510d-42f4-4e42-8a64-420c390055eb',
    });
    const assignments = [...BICEP].flatMap(([name, text]) =>
      name === 'pipeline.bicep'
        ? []
        : [...text.matchAll(/'Microsoft\.Authorization\/roleAssignments@2022-04-01' = .*/g)].map(
            ({ index }) => block(text.slice(index), '='),
          ),
    );
    const scopes = assignments.map((text) => /^ {2,4}scope: (.+)$/m.exec(text)?.[1]);
    expect(scopes.sort()).toEqual(['account', 'insights', 'namespace::queue', 'vault', 'vault']);
    for (const text of assignments)
      expect(text).toMatch(/'Microsoft\.Authorization\/roleDefinitions',\s+role(?:s\.|\)|Id\))/);
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
    for (const way of ['scm', 'ftp'])
      expect(block(app, `resource ${way}Publishing 'basicPublishingCredentialsPolicies' = {`)).toMatch(
        new RegExp(`name: '${way}'\\s+properties: \\{\\s+allow: false`),
      );
    for (const line of [
      'httpsOnly: true',
      "minTlsVersion: '1.2'",
      "scmMinTlsVersion: '1.2'",
      "ftpsState: 'Disabled'",
    ])
      expect(app).toContain(line);
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
    const [, container] = /CONTAINER = '([\w-]+)'/.exec(root('src/ledger/blob-store.ts')) ?? [];
    expect(module('ledger')).toContain(`containers: ['${container}']`);
  });

  it('keeps the ledger in an account of its own: versions, thirty days to undo, a lock, and no right to more than its blobs', () => {
    for (const line of [
      'roleId: roles.storageBlobDataContributor',
      'keepDeletedDays: 30',
      'keepVersions: true',
      'locked: lockLedger',
      "['StorageRead', 'StorageWrite', 'StorageDelete']",
    ])
      expect(module('ledger')).toContain(line);
    expect(module('storage')).toContain('containers: [appContainer]');
    expect(module('storage')).not.toContain('cor-ledger');
    expect(module('functionApp')).toContain('ledgerBlobEndpoint: ledger.outputs.blobEndpoint');
    expect(bicep('modules/function-app.bicep')).toContain(
      'LedgerStorage__blobServiceUri: ledgerBlobEndpoint',
    );
    const storage = bicep('modules/storage.bicep');
    expect(block(storage, "resource lock 'Microsoft.Authorization/locks")).toContain("level: 'CanNotDelete'");
    // Versions that nothing deletes would be paid for without end.
    expect(block(storage, 'version: {')).toContain('daysAfterCreationGreaterThan: keepDeletedDays');
  });

  it('has every private endpoint in the zone of its kind, and each zone once', () => {
    const network = bicep('modules/network.bicep');
    const targets = [...network.matchAll(/groupId: '(\w+)'\s+zone: (\d)/g)].map(
      ([, group, zone]) => `${group} ${zone}`,
    );
    expect(targets).toEqual(['blob 0', 'blob 0', 'vault 1']);
    expect(network.match(/^ {2}'privatelink\./gm)).toHaveLength(2);
  });

  it('reads Dataverse only where it is told where: settings, schedule and alerts hang on it', () => {
    const settings = block(bicep('resources.bicep'), 'empty(dataverseUrl)\n    ? {}\n    : {');
    expect(members(settings)).toEqual(['DATAVERSE_URL', 'DATAVERSE_CLIENT_ID', 'RECONCILE_SCHEDULE']);
    expect(settings).toContain('DATAVERSE_CLIENT_ID: identity.properties.clientId');
    expect(bicep('resources.bicep')).toMatch(/empty\(dataverseUrl\)\s+\? \{\}/);
    expect(module('alerts')).toContain('reconciles: !empty(dataverseUrl)');
    expect(outputsOf(bicep('main.bicep'))).toContain('APP_CLIENT_ID');
  });

  it('lets the pipeline give and take the connector’s own roles, and no other', () => {
    const pipeline = bicep('pipeline.bicep');
    expect(pipeline).toMatch(/role: roleAdministrator\s+condition: replace\(onlyOurRoles/);
    for (const request of ['@Request', '@Resource'])
      expect(pipeline).toContain(
        `${request}[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {0}`,
      );
    expect(pipeline).toContain("join(map(items(roles), role => role.value), ', ')");
    // No role that may assign roles is among them: it would make the condition worthless.
    expect(bicep('modules/roles.bicep')).not.toMatch(/f58310d9|8e3af657|18d7d88d|b24988ac/);
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
