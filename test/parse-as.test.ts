import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { loadMapping, parseMapping } from '../src/dynamics/mapping.ts';
import { MappingError } from '../src/dynamics/mapping-error.ts';
import { parseDocument } from '../src/ledger/parse-document.ts';
import { decodeUserMessage } from '../src/messaging/user-message.ts';
import { parseAs } from '../src/parse-as.ts';

const HOSTILE = { length: { toString: null } };

describe('something that is no text and has a length that cannot be compared', () => {
  it('is said to be wrong, and where', () => {
    const schema = z.object({ texts: z.array(z.string().min(1)) });
    expect(parseAs(schema, { texts: ['a', HOSTILE] })).toMatchObject({
      success: false,
      error: { issues: [{ path: ['texts', 1, 'length'], message: expect.any(String) }] },
    });
  });

  it('ends a user message as a dead letter', () => {
    const body = { schema: 1, why: 'due', user: HOSTILE, changes: [], reassert: true };
    expect(decodeUserMessage(Buffer.from(JSON.stringify(body)))).toMatchObject({
      outcome: 'deadLetter',
      reason: 'UnsupportedFormat',
      description: expect.stringContaining('/user/length'),
    });
  });

  it('makes a mapping unusable and a document unreadable, with the place', () => {
    expect(() => parseMapping({ ...loadMapping('project-team'), table: HOSTILE }, 'x')).toThrow(MappingError);
    const document = { schema: 2, user: HOSTILE, assignments: {}, released: {} };
    expect(() => parseDocument(JSON.stringify(document), 'u', 'here', '2026-03-02')).toThrow(
      /damaged at \/user\/length/,
    );
  });
});
