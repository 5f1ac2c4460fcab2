import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { errorAnswer } from '../../local/cor/error-bodies.ts';
import { ERROR_SHAPES } from '../../local/cor/switches.ts';
import { readAnswer } from '../../src/cor/answer.ts';
import type { CorOperation } from '../../src/cor/classify.ts';
import { readGrant } from '../../src/cor/token-request.ts';
import { redact } from '../../src/http/redact.ts';

describe('redaction', () => {
  it.each([
    ['user ada.lovelace+x@example.co.uk is unknown', 'user [redacted] is unknown'],
    ['user ada%40example.com', 'user [redacted]'],
    ["o'brien@example.com", '[redacted]'],
    ['Bearer abcdefghijkl.mnop failed', '[redacted] failed'],
    ['token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOjF9.c2lnbmF0dXJl', 'token [redacted]'],
    ['token eyJhbGciOiJIUz', 'token [redacted]'],
    [`name '${'x '.repeat(40)}' too long`, 'name [redacted] too long'],
    ['workspace "Workspaces-example-5" unknown', 'workspace "Workspaces-example-5" unknown'],
    ['9f8b7a60-1c2d-4e3f-8a9b-0c1d2e3f4a5b unknown', '9f8b7a60-1c2d-4e3f-8a9b-0c1d2e3f4a5b unknown'],
    ['the key hunter22 and hunter%3F2 again', 'the key [redacted] and [redacted] again'],
  ])('%s', (text, expected) => {
    expect(redact(text, ['hunter22', 'hunter?2'])).toBe(expected);
  });

  it('takes a bounded time on a hostile text', () => {
    for (const unit of ['a', 'a@', '"', 'eyJ', 'a.', ' ', 'Bearer ', '%40']) {
      const start = performance.now();
      redact(unit.repeat(1_000_000 / unit.length), ['secret-text']);
      expect(performance.now() - start).toBeLessThan(500);
    }
  });
});

const secret = fc.string({
  unit: fc.constantFrom(...'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNP23456789+/=-_."\\'),
  minLength: 12,
  maxLength: 40,
});
const jwt = fc
  .tuple(fc.base64String({ minLength: 24 }), fc.base64String({ minLength: 24 }))
  .map(
    ([claims, signature]) =>
      `eyJhbGciOiJIUzI1NiJ9.eyJ${claims.replaceAll(/[+/=]/g, 'x')}.${signature.replaceAll(/[+/=]/g, 'y')}`,
  );
const filler = fc.stringMatching(/^[a-z "':;{}<>-]{0,400}$/);
const operation = fc.constantFrom<CorOperation>('attach', 'detach', 'createWorkspace');

describe('whatever COR echoes', () => {
  it('no secret, token or e-mail address reaches a description, a code or a request id', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...ERROR_SHAPES),
        fc.constantFrom(200, 302, 400, 401, 403, 404, 417, 422, 429, 500, 503),
        operation,
        secret,
        jwt,
        fc.emailAddress(),
        filler,
        fc.nat(5),
        (errorShape, status, calling, clientSecret, token, email, text, position) => {
          const leaks = [clientSecret, token, email];
          const message = [text, ...leaks, text].toSpliced(position, 0, `Bearer ${token}`).join(' ');
          const places = [
            { code: 'ZC001', message },
            { code: clientSecret, message: 'no' },
            { code: token, message: token },
            { code: email, message: `"${email}"` },
          ];
          for (const place of places) {
            const { body } = errorAnswer(
              { status, field: clientSecret, rule: 'exists', ...place },
              { errorShape, errorStatus: null },
            );
            const headers = { 'x-request-id': token, 'request-id': clientSecret, location: token };
            const bodies = [
              body,
              `{"status":"partial_success","errors":[${isJson(body) ? body : JSON.stringify(body)}]}`,
            ];
            for (const reply of bodies) {
              const response = { kind: 'response', status, headers, text: reply } as const;
              const answer = JSON.stringify(readAnswer(calling, response, [token, clientSecret], 0));
              const grant =
                status === 200 ? '' : JSON.stringify(readGrant(response, [token, clientSecret], 0));
              for (const leak of leaks) {
                expect(answer).not.toContain(JSON.stringify(leak).slice(1, -1));
                expect(grant).not.toContain(JSON.stringify(leak).slice(1, -1));
              }
            }
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('a description has at most 300 characters and keeps its advice', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(200, 302, 400, 401, 403, 404, 417, 429, 500),
        operation,
        fc.oneof(fc.string({ size: 'large' }), fc.lorem({ maxCount: 120, size: 'max' })),
        (status, calling, message) => {
          const text = JSON.stringify({ status: 'ERROR', code: 'XX99', message });
          const answer = readAnswer(calling, { kind: 'response', status, headers: {}, text }, [], 0);
          for (const failure of answer.ok ? answer.problems : [answer.failure]) {
            expect(failure.description.length).toBeLessThanOrEqual(300);
            expect(failure.description).toMatch(/(\. |^)(Check|Set|Find|It may|Create) .*\.$/);
            expect(failure.description.isWellFormed()).toBe(true);
          }
        },
      ),
    );
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
