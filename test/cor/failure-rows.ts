import type { CorOperation } from '../../src/cor/classify.ts';
import type { CorFailureClass } from '../../src/cor/cor-client.ts';

/** An answer of COR and what its failure should be taken for. */
export type Row = [
  shape: string,
  operation: CorOperation,
  status: number,
  body: unknown,
  expected: CorFailureClass,
  code?: string,
];

/** The body of COR's own errors. */
export const custom = (status: number, code: string, message = 'said no') => ({
  status,
  name: 'CORCustomError',
  code,
  message,
});
