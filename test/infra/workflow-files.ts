import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';

export const REPOSITORY = resolve(import.meta.dirname, '../..');

const text = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

const step = z.object({
  uses: z.string().optional(),
  run: z.string().optional(),
  with: text.optional(),
});

const permissions = z.record(z.string(), z.enum(['read', 'write', 'none']));

/** What a workflow may consist of, as far as the tests read it. */
export const workflow = z.object({
  on: z.record(z.string(), z.unknown()),
  permissions,
  concurrency: z.object({ group: z.string() }),
  jobs: z.record(
    z.string(),
    z.object({
      needs: z.union([z.string(), z.array(z.string())]).optional(),
      permissions: permissions.optional(),
      environment: z.string().optional(),
      'timeout-minutes': z.number(),
      strategy: z.object({ matrix: z.record(z.string(), z.array(z.number())) }).optional(),
      steps: z.array(step),
    }),
  ),
});

export function read(file: string): string {
  return readFileSync(join(REPOSITORY, file), 'utf8');
}
