import { z } from 'zod';
import { asSequenceNumber } from '../sequence-number.ts';
import { MAX_OPERATIONS, NEVER } from './document.ts';

const day = z.iso.date();
const workspace = z.string().min(1);

/** In the one form that the same number always has. */
export const sequenceNumber = z
  .union([z.number(), z.string()])
  .refine((value) => asSequenceNumber(value) === value, 'is no sequence number');

const version = z.object({
  number: z.number().optional(),
  modifiedOn: z.number().optional(),
  enqueuedAt: z.number().optional(),
  sequence: sequenceNumber,
  operations: z.array(z.string()).max(MAX_OPERATIONS).optional(),
});

const allocation = z.union([
  z.object({ percentage: z.number(), start: day.optional(), finish: day.optional() }),
  z.object({ hours: z.number(), start: day, finish: day }),
]);

const assigned = z.object({
  state: z.literal('assigned'),
  workspace,
  workspaceName: z.string().optional(),
  allocation,
  version,
  source: z.string().optional(),
});

export const entrySchema = z.discriminatedUnion('state', [
  assigned,
  z.object({ state: z.literal('removed'), version, day }),
  z.object({ state: z.literal('deleted'), version, day, gone: z.literal(true).optional() }),
]);

/** A document as it is saved today. */
export const documentSchema = z.object({
  schema: z.literal(2),
  user: z.string().min(1),
  assignments: z.record(z.string(), entrySchema),
  told: z.record(z.string(), z.number()).optional(),
  asOf: day.optional(),
  nextChange: z.union([day, z.literal(NEVER)]).optional(),
  released: z.record(z.string(), day),
  mark: z.object({ number: z.number().optional(), modifiedOn: z.number().optional() }).optional(),
  forgottenAt: z.number().optional(),
});

/** A document of the first schema: no days, and `released` a list. */
export const firstSchema = z.object({
  schema: z.literal(1),
  user: z.string().min(1),
  assignments: z.record(
    z.string(),
    z.discriminatedUnion('state', [
      assigned,
      z.object({ state: z.literal('removed'), version }),
      z.object({ state: z.literal('deleted'), version }),
    ]),
  ),
  released: z.array(z.string()),
});

/** What is wrong, as a JSON pointer and a sentence that does not repeat the content. */
export function problemOf(error: z.ZodError): string {
  const issue = error.issues[0];
  return `/${issue?.path.join('/') ?? ''}: ${issue?.message ?? 'unexpected content'}`;
}
