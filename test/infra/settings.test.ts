import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { settingsRead } from '../settings/settings-read.ts';
import { bicep, block, members } from './infra-files.ts';

/** Read by the code and not in the template, because in Azure another form of the same is used. */
const LOCAL_ONLY: Readonly<Record<string, string>> = {
  ServiceBusConnection: 'a connection string',
  LedgerStorage: 'a connection string',
  AzureWebJobsStorage: 'a connection string',
  AzureWebJobsStorage__accountName: 'the short form of AzureWebJobsStorage__blobServiceUri',
  COR_TODAY: 'for a COR on this machine only',
  DATAVERSE_STATIC_TOKEN: 'a stand-in of Dataverse',
  ServiceBusTopicName: 'the topic form, which the template leaves out',
  ServiceBusSubscriptionName: 'the topic form, which the template leaves out',
};

/** In the template, and read by the platform rather than by the code. */
const FOR_THE_HOST: Readonly<Record<string, string>> = {
  AzureWebJobsStorage__credential: 'says that the host uses a managed identity',
  ServiceBusConnection__credential: 'says that the trigger uses a managed identity',
};

/** Read by the code, and set by the platform itself. */
const FROM_THE_PLATFORM = ['WEBSITE_SITE_NAME'];

const READ = new Set(settingsRead());

const SET = new Set([
  ...members(block(bicep('modules/function-app.bicep'), "name: 'appsettings'\n    properties: {")),
  ...members(block(bicep('resources.bicep'), 'connectorSettings: {')),
]);

/** Set only where the app is told of a Dataverse environment. */
const [, dataverseSettings = ''] =
  /^var dataverseSettings = union\((.*?)^\)/ms.exec(bicep('resources.bicep')) ?? [];
const WITH_DATAVERSE = [...dataverseSettings.matchAll(/\b([A-Z_]+): /g)].map(([, name = '']) => name);

const sample = JSON.parse(
  readFileSync(new URL('../../local.settings.sample.json', import.meta.url), 'utf8'),
) as { Values: Record<string, string> };

function sources(folder: string): string[] {
  const root = new URL(`../../${folder}/`, import.meta.url);
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(new URL(name, root), 'utf8'));
}

describe('the settings of the app in Azure', () => {
  it('hold every setting that the code reads, except those for other ways of running it', () => {
    const missing = [...READ].filter(
      (name) =>
        !SET.has(name) &&
        !(name in LOCAL_ONLY) &&
        !FROM_THE_PLATFORM.includes(name) &&
        !WITH_DATAVERSE.includes(name),
    );
    expect(missing).toEqual([]);
    expect(SET.size).toBeGreaterThan(20);
  });

  it('hold none that nothing reads', () => {
    expect([...SET].filter((name) => !READ.has(name) && !(name in FOR_THE_HOST))).toEqual([]);
  });

  it('leave out none that is set after all, and know all that the code reads', () => {
    expect(Object.keys(LOCAL_ONLY).filter((name) => SET.has(name) || !READ.has(name))).toEqual([]);
    expect(Object.keys(FOR_THE_HOST).filter((name) => !SET.has(name) || READ.has(name))).toEqual([]);
  });

  it('name a Dataverse environment only where there is one', () => {
    expect(WITH_DATAVERSE).toEqual([
      'DATAVERSE_URL',
      'DATAVERSE_CLIENT_ID',
      'RECONCILE_SCHEDULE',
      'DATAVERSE_ORGANIZATION_ID',
      'VERIFY_SCHEDULE',
    ]);
    for (const name of WITH_DATAVERSE) expect(SET).not.toContain(name);
    expect(block(bicep('resources.bicep'), 'connectorSettings: {')).toContain('...dataverseSettings');
  });

  it('take the credentials of COR from the vault, by name and in their newest version', () => {
    for (const [setting, name] of [
      ['COR_API_KEY', 'apiKeyName'],
      ['COR_CLIENT_SECRET', 'clientSecretName'],
    ])
      expect(bicep('resources.bicep')).toContain(
        `${setting}: '@Microsoft.KeyVault(VaultName=\${vault.outputs.name};SecretName=\${${name}})'`,
      );
    expect(bicep('modules/function-app.bicep')).toContain('keyVaultReferenceIdentity: identityId');
  });

  it('use names without colons for what the trigger looks up, which the scale controller can resolve', () => {
    const trigger = sources('functions').join('\n');
    const looked = [...trigger.matchAll(/'%([^%]+)%'/g)].map(([, name = '']) => name);
    expect(looked).toContain('ServiceBusQueueName');
    for (const name of looked) expect(name).toMatch(/^\w+$/);
    for (const name of looked) expect(name).not.toContain('__');
    for (const [, connection] of trigger.matchAll(/connection: '(\w+)'/g))
      expect(SET).toContain(`${connection}__fullyQualifiedNamespace`);
  });

  it('set nothing that Flex Consumption refuses or ignores', () => {
    for (const name of [
      'FUNCTIONS_WORKER_RUNTIME',
      'FUNCTIONS_EXTENSION_VERSION',
      'WEBSITE_RUN_FROM_PACKAGE',
      'WEBSITE_MAX_DYNAMIC_APPLICATION_SCALE_OUT',
      'WEBSITE_NODE_DEFAULT_VERSION',
    ])
      expect(SET).not.toContain(name);
  });
});

describe('the sample of local settings', () => {
  it('says the same as the template where both give a default', () => {
    const fallbacks = {
      COR_BASE_URL: 'corBaseUrl',
      COR_TOKEN_URL: 'corTokenUrl',
      COR_TIMEOUT: 'corTimeout',
      COR_CONCURRENCY: 'corConcurrency',
      COR_CREATE_MISSING_WORKSPACES: 'corCreateMissingWorkspaces',
      MAPPING: 'mapping',
      RETRY_WINDOW: 'retryWindow',
      UNMAPPED_GRACE: 'unmappedGrace',
      ServiceBusQueueName: 'queueName',
    };
    for (const [setting, parameter] of Object.entries(fallbacks)) {
      const found = new RegExp(`^param ${parameter} \\w+ = '?(.*?)'?$`, 'm').exec(bicep('resources.bicep'));
      expect({ setting, value: found?.[1] }).toEqual({ setting, value: sample.Values[setting] });
    }
  });
});
