import { expect, test } from 'vitest';
import { refusal } from '../../src/cor/failure.ts';
import { handleOne } from './handled-message.ts';

const WORDS = 'User Ada Lovelace (ada@example.com) may not see the project Secret Merger';

test.each([
  [400, { statusCode: 400, code: 'ZC001', message: WORDS }],
  [400, { status: 400, name: 'CORCustomError', code: 'CTR006', message: WORDS }],
  [401, { message: WORDS }],
  [422, [{ field: 'workspaces.0', validation: 'required', message: WORDS }]],
  [500, { message: WORDS }],
  [503, WORDS],
])(
  'COR’s own words of an HTTP %i stay out of the log, whatever becomes of the message',
  async (status, body) => {
    const failure = refusal({ operation: 'attach', status, body, secrets: [] });
    const { lines, copies, deadLetters } = await handleOne({ failure });
    expect(lines).toHaveLength(1);
    expect(copies.length + deadLetters.length).toBe(1);
    expect(JSON.stringify(lines)).not.toMatch(/Lovelace|ada@|Merger/);
  },
);
