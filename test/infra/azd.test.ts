import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { bicep, infraFile, outputsOf, parametersOf } from './infra-files.ts';

const root = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');

describe('the files for azd', () => {
  const file = parse(root('azure.yaml')) as {
    infra: { path: string };
    requiredVersions: { azd: string };
    hooks: Record<string, Record<'posix' | 'windows', { run: string }>>;
    services: Record<string, Record<string, unknown>>;
  };
  const service = file.services;

  it('deploy the service to the app that carries its tag', () => {
    expect(Object.keys(service)).toEqual(['connector']);
    expect(service.connector).toMatchObject({ project: '.', host: 'function' });
    expect(bicep('modules/function-app.bicep')).toContain("'azd-service-name': 'connector'");
    expect(bicep('main.bicep')).toContain("'azd-env-name': environmentName");
    expect(outputsOf(bicep('main.bicep'))).toEqual(
      expect.arrayContaining(['AZURE_LOCATION', 'AZURE_TENANT_ID', 'AZURE_RESOURCE_GROUP']),
    );
  });

  it('deploy the zip that was tested, as it is: the hook before makes it, and nothing is built in Azure', () => {
    expect(service.connector).toMatchObject({ language: 'custom', dist: 'dist/app.zip', remoteBuild: false });
    const hooks = service.connector?.hooks as { prepackage: Record<'posix' | 'windows', { run: string }> };
    for (const { run } of Object.values(hooks.prepackage)) expect(run).toBe('npm run package');
    expect(root('infra/package/package.ts')).toContain("'dist/app.zip'");
  });

  it('run hooks that are there, on every system', () => {
    for (const hook of Object.values(file.hooks))
      for (const { run } of Object.values(hook)) {
        // By npm, which puts the Node that the project brings along in front of an older one.
        const [, script = ''] = /^npm run --silent (\S+)$/.exec(run) ?? [];
        expect(Object.keys((JSON.parse(root('package.json')) as { scripts: object }).scripts)).toContain(
          script,
        );
      }
    expect(Object.keys(file.hooks)).toEqual(['postprovision']);
    for (const hook of Object.values(file.hooks)) expect(Object.keys(hook)).toEqual(['posix', 'windows']);
    expect(file.requiredVersions.azd).toMatch(/^>= \d+\.\d+\.\d+$/);
  });

  it('give main.bicep a value for every parameter, each from a variable of its own, with the default that it has', () => {
    const given = (
      JSON.parse(infraFile('main.parameters.json')) as { parameters: Record<string, { value: string }> }
    ).parameters;
    const parameters = parametersOf(bicep('main.bicep'));
    expect(Object.keys(given)).toEqual(parameters.map(({ name }) => name));
    const variables = Object.values(given).map(({ value }) => /^\$\{([A-Z_]+)[=}]/.exec(value)?.[1]);
    expect(variables).not.toContain(undefined);
    expect(new Set(variables).size).toBe(variables.length);
    for (const { name, fallback } of parameters) {
      const [, assumed] = /=(.*)\}$/.exec(given[name]?.value ?? '') ?? [];
      // azd itself fills in who deploys.
      if (name !== 'vaultWriterObjectId')
        expect({ name, assumed }).toEqual({ name, assumed: fallback?.replaceAll("'", '') });
    }
  });

  it('ask for what has no default, and for nothing else', () => {
    const required = parametersOf(bicep('main.bicep')).filter(({ fallback }) => fallback === undefined);
    expect(required.map(({ name }) => name).sort()).toEqual(['alertEmails', 'environmentName', 'location']);
    expect(parametersOf(bicep('resources.bicep')).filter(({ fallback }) => fallback === undefined)).toEqual(
      [],
    );
  });

  it('have an example for others, whose parameters are parameters of resources.bicep', () => {
    const example = [...infraFile('example.bicepparam').matchAll(/^param (\w+) = /gm)].map(
      ([, name]) => name,
    );
    expect(example.length).toBeGreaterThan(5);
    const names = parametersOf(bicep('resources.bicep')).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(example));
  });
});
