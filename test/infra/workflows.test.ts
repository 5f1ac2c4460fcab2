import { execFile } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { validateWorkflow } from '@action-validator/core';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { REPOSITORY, read, workflow } from './workflow-files.ts';

const FILES = globSync('.github/workflows/*.yml', { cwd: REPOSITORY }).sort();

/** Commit of each action, over all workflows. */
const PINNED = new Map<string, string>();

const scripts: Readonly<Record<string, string>> = JSON.parse(read('package.json')).scripts;

function npmScriptsIn(run: string): string[] {
  return [...run.matchAll(/\bnpm (?:run (?:--silent )?([\w-]+)|(test|start))\b/g)].map(
    ([, named, short]) => named ?? short ?? '',
  );
}

test('the workflows are there', () => {
  expect(FILES.map((file) => basename(file))).toEqual(['ci.yml', 'deploy.yml']);
});

describe.each(FILES)('%s', (file) => {
  const source = read(file);
  const { on, permissions: given, jobs } = workflow.parse(parse(source));
  const all = Object.entries(jobs);
  const steps = all.flatMap(([, job]) => job.steps);
  const runs = steps.flatMap(({ run }) => (run === undefined ? [] : [run]));

  test('has no mistake that the validator of GitHub’s schema knows', () => {
    // Its schema is older than this permission, which the next test looks at.
    const known = source.replaceAll(/^ +attestations: (?:read|write)\n/gm, '');
    expect(validateWorkflow(known).errors).toEqual([]);
  });

  test('may read the repository and nothing else, but for jobs that sign in to Azure', () => {
    expect(given).toEqual({ contents: 'read' });
    for (const [name, job] of all) {
      const uses = (action: string) => job.steps.some((one) => one.uses?.startsWith(`${action}@`));
      const signsIn = uses('azure/login');
      const verifies = job.steps.some(({ run }) => run?.startsWith('gh attestation verify'));
      const attests = uses('actions/attest-build-provenance');
      const needed = {
        contents: 'read',
        'id-token': 'write',
        ...(verifies && { attestations: 'read' }),
        ...(attests && { attestations: 'write' }),
      };
      expect({ name, permissions: job.permissions }).toEqual({
        name,
        permissions: signsIn || attests ? needed : undefined,
      });
      // Nothing that a package brings along may sign or sign in.
      if (signsIn || attests)
        expect(job.steps.flatMap(({ run }) => run ?? []).join()).not.toMatch(/\bnpm\b|\bnode\b/);
      // The environment is what the approval and the federated credential hang on.
      expect({ name, protected: job.environment !== undefined }).toEqual({ name, protected: signsIn });
    }
  });

  test('needs no secret, keeps no credentials, and runs nothing of a fork with rights', () => {
    expect(source).not.toMatch(/\$\{\{[^}]*\bsecrets\b/);
    // The token of the run may read attestations, and is handed to nothing else.
    expect(source.replaceAll(/GH_TOKEN: \$\{\{ github\.token \}\}/g, '')).not.toContain('github.token');
    expect(Object.keys(on)).not.toContain('pull_request_target');
    for (const { uses, with: options } of steps)
      if (uses?.startsWith('actions/checkout@')) expect(options?.['persist-credentials']).toBe(false);
  });

  test('holds no id, key or address of anybody', () => {
    expect(source).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i);
    expect(source).not.toMatch(/[\w+/]{41,}/);
    expect(source).not.toMatch(/AccountKey|SharedAccessKey|registry\./i);
  });

  test('pins every action by its commit, with the version beside it, the same everywhere', () => {
    const lines = source.split('\n').filter((line) => line.includes('uses: '));
    expect(lines.length).toBe(steps.filter(({ uses }) => uses !== undefined).length);
    for (const line of lines) {
      const [, action = '', commit = '', version = ''] =
        /uses: ([\w-]+\/[\w-]+)@([0-9a-f]{40}) # (v\d+\.\d+\.\d+)$/.exec(line) ?? [];
      expect(line).toContain(`${action}@${commit} # ${version}`);
      expect(PINNED.get(action) ?? commit).toBe(commit);
      PINNED.set(action, commit);
    }
  });

  test('needs only jobs that there are, and ends', () => {
    for (const [name, { needs = [], 'timeout-minutes': minutes }] of all) {
      expect(Object.keys(jobs)).toEqual(expect.arrayContaining([needs].flat()));
      expect([needs].flat()).not.toContain(name);
      expect(minutes).toBeLessThanOrEqual(60);
    }
  });

  test('runs only npm scripts that there are, and installs before', () => {
    for (const [, job] of all) {
      const commands = job.steps.flatMap(({ run }) => run ?? []);
      const used = commands.flatMap(npmScriptsIn);
      expect(Object.keys(scripts)).toEqual(expect.arrayContaining(used));
      if (used.length > 0) expect(commands[0]).toBe('npm ci --ignore-scripts');
    }
  });

  test('names only files that there are', () => {
    const named = runs.flatMap((run) =>
      [...run.matchAll(/--(?:template-)?file (\S+)/g)].map(([, path]) => path),
    );
    for (const path of named)
      expect({ path, exists: existsSync(join(REPOSITORY, path ?? '')) }).toEqual({ path, exists: true });
  });

  test('hands over what the packaging writes, from a job that it needs', () => {
    const up = all.flatMap(([job, { steps: own }]) =>
      own.flatMap(({ uses, with: options = {} }) =>
        uses?.startsWith('actions/upload-artifact@') ? [{ job, options }] : [],
      ),
    );
    expect(up.map(({ options }) => options)).toEqual([
      { name: 'app', path: 'dist/app.zip', 'if-no-files-found': 'error' },
    ]);
    expect(read('infra/package/package.ts')).toContain("'dist/app.zip'");
    for (const { steps: own, needs = [] } of Object.values(jobs)) {
      const down = own.find(({ uses }) => uses?.startsWith('actions/download-artifact@'));
      if (!down) continue;
      expect(down.with).toEqual({ name: up[0]?.options.name });
      expect([needs].flat()).toContain(up[0]?.job);
      const attested = own.find(({ uses }) => uses?.startsWith('actions/attest-build-provenance@'));
      const deployed = own.find(({ run }) => run?.includes('deployment source config-zip'));
      const file = attested?.with?.['subject-path'] ?? / --src (\S+)/.exec(deployed?.run ?? '')?.[1];
      expect(file).toBe(basename(String(up[0]?.options.path)));
    }
  });

  test('puts nothing from outside into a script’s text', () => {
    // What somebody may type or set goes through the environment: inside a script it would be run.
    const expressions = runs.flatMap((run) =>
      [...run.matchAll(/\$\{\{\s*([^}]*?)\s*\}\}/g)].map(([, inside]) => inside),
    );
    expect(expressions.filter((inside) => !inside?.startsWith('matrix.'))).toEqual([]);
  });

  test('has scripts that bash can read', async () => {
    const script = runs.join('\n').replaceAll(/\$\{\{.*?\}\}/g, 'x');
    await promisify(execFile)('bash', ['-n', '-c', script]);
    await expect(promisify(execFile)('bash', ['-n', '-c', `${script}\nif`])).rejects.toThrow();
  });
});

test.each<[string, (source: string) => string]>([
  ['a job that is not there', (source) => source.replace('needs: build', 'needs: bild')],
  ['a key that is not known', (source) => source.replaceAll('timeout-minutes', 'timeout')],
  ['a permission that is not known', (source) => source.replace('id-token: write', 'id-token: all')],
])('the validator finds %s', (_, change) => {
  const source = read('.github/workflows/deploy.yml');
  expect(change(source)).not.toBe(source);
  expect(validateWorkflow(change(source)).errors).not.toEqual([]);
});
