import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { read, workflow } from './workflow-files.ts';

describe('what the workflows do', () => {
  const jobsOf = (file: string) => workflow.parse(parse(read(`.github/workflows/${file}`))).jobs;
  const commandsOf = (file: string, job: string) =>
    jobsOf(file)[job]?.steps.flatMap(({ run }) => run ?? []) ?? [];

  test('CI tests on every Node that Azure offers for it', () => {
    expect(jobsOf('ci.yml').test?.strategy?.matrix.node?.toSorted()).toEqual([22, 24]);
    expect(commandsOf('ci.yml', 'test')).toEqual(
      expect.arrayContaining(['npm ci --ignore-scripts', 'npm test']),
    );
  });

  test('CI makes the package and builds every template that can be deployed', () => {
    expect(commandsOf('ci.yml', 'package')).toContain('npm run package');
    const built = commandsOf('ci.yml', 'infra').join('\n');
    expect(built).toMatch(/^az bicep install --version v\d+\.\d+\.\d+$/m);
    expect(built).toContain('infra/check-bicep.sh "$HOME/.azure/bin/bicep"');
  });

  test('a deployment is tested before anybody is asked to approve it', () => {
    const jobs = jobsOf('deploy.yml');
    expect(commandsOf('deploy.yml', 'build')).toEqual([
      'npm ci --ignore-scripts',
      'npm test',
      'npm run package',
    ]);
    expect(jobs.build?.environment).toBeUndefined();
    expect(jobs.infra?.needs).toBe('build');
    expect(jobs.deploy?.needs).toEqual(['build', 'attest', 'infra']);
  });

  test('what is deployed is what was attested, and that is seen to before', () => {
    const { attest, deploy } = jobsOf('deploy.yml');
    expect(attest?.needs).toBe('build');
    const runs = deploy?.steps.map(({ run = '' }) => run) ?? [];
    const verified = runs.findIndex((run) => run.startsWith('gh attestation verify app.zip'));
    const deployed = runs.findIndex((run) => run.includes('config-zip'));
    expect(verified).toBeGreaterThanOrEqual(0);
    expect(deployed).toBeGreaterThan(verified);
  });

  test('a deployment says at its head which variables it needs', () => {
    const source = read('.github/workflows/deploy.yml');
    const head = source.slice(0, source.indexOf('\nname:'));
    const used = [...source.matchAll(/\bvars\.(\w+)/g)].map(([, name = '']) => name);
    expect(new Set(used).size).toBe(6);
    for (const name of used) expect(head).toContain(name);
    const [, example = ''] = /as JSON: (\{.*\})/.exec(head) ?? [];
    const parameters = read('infra/resources.bicep');
    for (const [name, given] of Object.entries(JSON.parse(example))) {
      expect(parameters).toMatch(new RegExp(`^param ${name} `, 'm'));
      expect(given).toHaveProperty('value');
    }
    // Those without a default have to be in it.
    for (const [, name] of parameters.matchAll(/^param (\w+) [^=\n]+$/gm))
      expect(JSON.parse(example)).toHaveProperty(name ?? '');
  });

  test('a deployment shows what would change before it changes anything', () => {
    const [, first, second] = commandsOf('deploy.yml', 'infra');
    expect(first).toContain('az deployment group what-if');
    expect(second).toContain('az deployment group create');
    const argumentsOf = (run = '') =>
      [...run.matchAll(/--(?:resource-group|template-file|parameters) \S+/g)].map(([all]) => all);
    expect(argumentsOf(first)).toHaveLength(3);
    expect(argumentsOf(second)).toEqual(argumentsOf(first));
  });
});
