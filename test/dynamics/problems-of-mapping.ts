import { parseMapping } from '../../src/dynamics/mapping.ts';
import { MappingError } from '../../src/dynamics/mapping-error.ts';

/** A mapping that can be used, to be spoiled. */
export const SMALL = {
  table: 'new_assignment',
  user: { column: 'new_user' },
  workspace: { column: 'new_workspace', take: 'value' },
  allocation: [{ rule: 'constant', percentage: 50 }],
};

/** The lines of the error, without their dashes. */
export function problemsOf(json: unknown): string[] {
  try {
    parseMapping(json, 'mine');
  } catch (error) {
    if (!(error instanceof MappingError)) throw error;
    return error.message.split('\n').map((line) => line.replace(/^ {2}- /, ''));
  }
  return [];
}
