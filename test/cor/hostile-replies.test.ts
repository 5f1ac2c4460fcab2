import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAnswer } from '../../src/cor/answer.ts';
import type { CorFailure } from '../../src/cor/cor-client.ts';
import { readGrant } from '../../src/cor/token-request.ts';
import { redact } from '../../src/http/redact.ts';

const MEGABYTE = 1024 * 1024;
const SECRETS = ['a-client-secret', 'an-access-token'];

const response = (text: string, status: number) => ({ kind: 'response', status, headers: {}, text }) as const;

function read(text: string, status: number): CorFailure[] {
  const answer = readAnswer('attach', response(text, status), SECRETS, 0);
  readGrant(response(text, status), SECRETS, 0);
  return answer.ok ? [...answer.problems] : [answer.failure];
}

/** The best of three: what the machine does beside is not the text's fault. */
function timeOf(work: () => void): number {
  const times = [1, 2, 3].map(() => {
    const started = performance.now();
    work();
    return performance.now() - started;
  });
  return Math.min(...times);
}

const UNITS = [
  'a',
  '"',
  "'",
  '<title',
  '<title ',
  '<t',
  '[',
  '{"a":',
  ' ',
  '\n',
  '%40',
  'a@',
  '@',
  'eyJ',
  'bearer ',
  'basic a',
  'a/+',
  'ZC001 ',
  'x validation failed on ',
  '\\',
  '\u201d',
  '\u0000',
  'a-client-secre',
];

describe('a hostile reply', () => {
  it.each(UNITS)('of a megabyte of %j is read in no time, whatever the status', (unit) => {
    const text = unit.repeat(MEGABYTE / unit.length);
    const bodies = [text, JSON.stringify({ message: text }), `<${text}`];
    for (const body of bodies)
      expect(
        timeOf(() => read(body, 200)),
        body.slice(0, 40),
      ).toBeLessThan(400);
    for (const body of bodies)
      expect(
        timeOf(() => read(body, 404)),
        body.slice(0, 40),
      ).toBeLessThan(400);
  });

  it.each(UNITS)('with many complaints full of %j is, too', (unit) => {
    const message = unit.repeat(20_000 / unit.length);
    const body = JSON.stringify({
      id: 1,
      errors: Array.from({ length: 50 }, () => ({ message, field: message })),
    });
    expect(timeOf(() => read(body, 200))).toBeLessThan(400);
  });

  it('keeps its words inside the quotes of the description, without anything that moves a cursor', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.constantFrom(200, 400, 404, 500), (message, status) => {
        for (const { description } of read(
          JSON.stringify({ status: 'ERROR', code: 'XX99', message }),
          status,
        )) {
          expect(description).not.toMatch(/[\p{Cc}\p{Cf}]/u);
          expect(description.match(/[“”]/g)?.length ?? 0).toBeLessThanOrEqual(2);
        }
      }),
    );
  });

  it('does not keep a secret that stands where the text is cut', () => {
    for (let before = 900; before < 1_020; before += 1)
      expect(redact(`${'x '.repeat(before / 2)}a-client-secret y`, SECRETS)).not.toMatch(/a-client|secret/);
  });
});
