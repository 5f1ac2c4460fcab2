import { describe, expect, it } from 'vitest';
import { externalIdProblem } from '../src/external-id.ts';

describe('an external id', () => {
  it.each([
    '20d6c3cc-5f59-4733-a571-be96ba510898',
    '4711',
    'kim@example.com',
    'Brücke 7',
    '😀',
    'x'.repeat(1_013),
  ])('can be %s', (id) => {
    expect(externalIdProblem(id)).toBeUndefined();
  });

  it.each([
    ['half a character', 'kim\ud83d', 'half of a character'],
    ['a control character', 'kim\u0000', 'control characters'],
    ['a line feed', 'kim\nlake', 'control characters'],
    ['blanks at its ends', ' kim', '"trim": true'],
    ['a no-break space at its end', 'kim\u00a0', '"trim": true'],
    ['too many characters', 'x'.repeat(1_014), 'is 1014 characters long in a URL, at most 1013'],
    ['too many characters once they are encoded', 'é'.repeat(169), 'is 1014 characters'],
  ])('cannot have %s', (_, id, problem) => {
    expect(externalIdProblem(id)).toContain(problem);
  });
});
