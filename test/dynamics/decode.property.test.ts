import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEAD_LETTER_REASONS } from '../../src/dead-letter-reason.ts';
import { decode } from '../../src/dynamics/decode.ts';
import { loadMapping } from '../../src/dynamics/mapping.ts';
import { translate } from '../../src/dynamics/translate.ts';
import { INCOMPLETE_REASONS, SKIP_REASONS, withoutReading } from '../../src/dynamics/translation.ts';
import { contextJson, entityJson } from './context-json.ts';

const MAPPINGS = [loadMapping('resource-assignment'), loadMapping('project-team')];
const DOTNET_STRING = '@\u0006string\u0008\u0033http://schemas.microsoft.com/2003/10/Serialization/';

function handle(body: Uint8Array, contentType?: string): void {
  const decoded = decode(body, { contentType });
  if (decoded.outcome === 'deadLetter') {
    expect(DEAD_LETTER_REASONS).toContain(decoded.reason);
    return;
  }
  for (const mapping of MAPPINGS) {
    const translated = translate(decoded.context, mapping);
    if (translated.outcome === 'incomplete') expect(INCOMPLETE_REASONS).toContain(translated.why);
    const settled = withoutReading(translated);
    expect(['apply', 'skip', 'deadLetter']).toContain(settled.outcome);
    if (settled.outcome === 'skip') expect(SKIP_REASONS).toContain(settled.reason);
  }
}

/** JSON that is like an execution context, with anything at all in the places that are read. */
const nearContext = fc
  .record(
    {
      MessageName: fc.oneof(fc.constantFrom('Create', 'Update', 'Delete'), fc.jsonValue()),
      PrimaryEntityName: fc.oneof(
        fc.constantFrom('msdyn_resourceassignment', 'msdyn_projectteam'),
        fc.jsonValue(),
      ),
      PrimaryEntityId: fc.oneof(fc.uuid(), fc.jsonValue()),
      InputParameters: fc.oneof(
        fc.array(fc.record({ key: fc.constant('Target'), value: fc.jsonValue() })),
        fc.jsonValue(),
      ),
      PostEntityImages: fc.array(
        fc.record({
          key: fc.constantFrom('PostImage', 'AsynchronousStepPrimaryName'),
          value: fc.oneof(
            fc
              .dictionary(
                fc.constantFrom(
                  'msdyn_bookableresourceid',
                  'msdyn_projectid',
                  'msdyn_effort',
                  'msdyn_start',
                  'statecode',
                ),
                fc.oneof(
                  fc.jsonValue(),
                  fc.record({
                    __type: fc.constantFrom(
                      'EntityReference:x',
                      'OptionSetValue:x',
                      'Money:x',
                      'EntityCollection:x',
                      'DateTime:#System',
                    ),
                    Id: fc.oneof(fc.uuid(), fc.jsonValue()),
                    LogicalName: fc.string(),
                    Name: fc.jsonValue(),
                    Value: fc.jsonValue(),
                    __value: fc.jsonValue(),
                    Entities: fc.jsonValue(),
                  }),
                ),
              )
              .map(entityJson),
            fc.jsonValue(),
          ),
        }),
      ),
      PreEntityImages: fc.jsonValue(),
      OperationCreatedOn: fc.jsonValue(),
    },
    { requiredKeys: ['MessageName', 'PrimaryEntityName', 'PrimaryEntityId'] },
  )
  .map((json) => Buffer.from(JSON.stringify(json)));

describe('decoding and translating', () => {
  it('ends in an outcome for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.option(fc.string(), { nil: undefined }), handle),
      { numRuns: 2_000 },
    );
  });

  it('ends in an outcome for any bytes behind the start of a .NET string', () => {
    const bodies = fc
      .uint8Array({ maxLength: 60 })
      .map((bytes) => Buffer.concat([Buffer.from(DOTNET_STRING, 'latin1'), bytes]));
    fc.assert(
      fc.property(bodies, (body) => handle(body)),
      { numRuns: 2_000 },
    );
  });

  it('ends in an outcome for any JSON, and for any that is nearly an execution context', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json().map((text) => Buffer.from(text)),
          nearContext,
        ),
        (body) => handle(body),
      ),
      { numRuns: 3_000 },
    );
  });

  it('ends in an outcome for an execution context with bytes changed', () => {
    const good = Buffer.from(JSON.stringify(contextJson()));
    const changes = fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(changes, (made) => {
        const body = Buffer.from(good);
        for (const [at, byte] of made) body[at] = byte;
        handle(body);
      }),
      { numRuns: 3_000 },
    );
  });

  it('gives the same context whatever is wrapped around the body', () => {
    const plain = decode(Buffer.from(JSON.stringify(contextJson())), {});
    const wrappers: ((text: string) => string)[] = [
      (text) => JSON.stringify(text),
      (text) => `\uFEFF${text}`,
      (text) => ` \r\n\t${text}\n`,
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...wrappers), { maxLength: 2 }), (chosen) => {
        // A byte order mark is allowed at the very start only.
        const text = chosen.reduceRight(
          (inner, wrap) => wrap(inner.replace(/^\s*\uFEFF/, '')),
          JSON.stringify(contextJson()),
        );
        expect(decode(Buffer.from(text), {})).toEqual(plain);
      }),
    );
  });
});

describe('what descriptions of dead letters may hold', () => {
  it('never repeats texts of the body', () => {
    const secret = 'Zzyzx';
    const places = ['Name', 'LogicalName', '__type', 'Id', 'Value'];
    fc.assert(
      fc.property(
        fc.subarray(places),
        fc.constantFrom('Create', 'Update', 'Delete', secret),
        (chosen, message) => {
          const odd = Object.fromEntries(
            places.map((place) => [place, chosen.includes(place) ? secret : null]),
          );
          const image = entityJson({
            msdyn_bookableresourceid: odd,
            msdyn_projectid: { __type: 'EntityReference:x', ...odd },
            msdyn_effort: secret,
            msdyn_start: secret,
            msdyn_finish: secret,
            statecode: secret,
          });
          const json = contextJson({
            MessageName: message,
            OrganizationName: secret,
            PostEntityImages: [{ key: 'PostImage', value: image }],
            PreEntityImages: [{ key: secret, value: image }],
          });
          for (const text of [
            JSON.stringify(json),
            JSON.stringify(json).slice(0, -9),
            secret,
            `"${secret}"`,
            `<${secret}>`,
          ]) {
            const decoded = decode(Buffer.from(text), { contentType: secret });
            const [mapping] = MAPPINGS;
            if (!mapping) throw new Error('no mapping');
            const result = decoded.outcome === 'decoded' ? translate(decoded.context, mapping) : decoded;
            expect(JSON.stringify(result)).not.toContain(secret);
          }
        },
      ),
    );
  });
});

describe('the time it takes', () => {
  const MEGABYTE = 1024 * 1024;
  const opening =
    '{"MessageName":"Update","PrimaryEntityName":"msdyn_projectteam","PrimaryEntityId":"d5e1f0a2-7b44-4c0e-9a51-0c6b5f2e1a01","InputParameters":[{"key":"Target","value":';
  const garbage: [string, string][] = [
    ['brackets that are never closed', '['.repeat(MEGABYTE)],
    ['brackets that are closed', '['.repeat(MEGABYTE / 2) + ']'.repeat(MEGABYTE / 2)],
    ['objects that are never closed', '{"a":'.repeat(MEGABYTE / 5)],
    ['lists of objects', '[{"a":'.repeat(MEGABYTE / 6)],
    ['brackets deep in a Target', opening + '['.repeat(MEGABYTE / 2) + ']'.repeat(MEGABYTE / 2)],
    ['a JSON string of brackets', JSON.stringify('['.repeat(MEGABYTE))],
    ['a JSON string of quotes', JSON.stringify(JSON.stringify('"'.repeat(MEGABYTE / 8)))],
    ['an endless string', `"${'\\"'.repeat(MEGABYTE / 2)}`],
    ['white space', ' '.repeat(MEGABYTE)],
    ['a .NET string of braces', DOTNET_STRING + '{'.repeat(MEGABYTE)],
  ];

  /** The best of some tries, in milliseconds: what other processes do does not count. */
  function timeOf(body: Uint8Array): number {
    const times = Array.from({ length: 5 }, () => {
      const started = performance.now();
      decode(body, {});
      return performance.now() - started;
    });
    return Math.min(...times);
  }

  for (const [what, text] of garbage)
    it(`is short for a megabyte of ${what}`, () => {
      const body = Buffer.from(text);
      expect(decode(body, {}).outcome).toBe('deadLetter');
      // V8's parser alone needs 70 ms for a megabyte of brackets.
      expect(timeOf(body)).toBeLessThan(50);
    });

  const attribute = '{"key":"a","value":{"__type":"EntityReference:x","Id":"x"}},';
  const growing: [string, (size: number) => Buffer][] = [
    ['a long string', (size) => Buffer.from(`"${'x'.repeat(size)}`)],
    ['escaped quotes', (size) => Buffer.from(`"${'\\"'.repeat(size / 2)}"`)],
    [
      'a .NET string of empty records',
      (size) => Buffer.from(`${DOTNET_STRING}${'\x98\x00'.repeat(size / 2)}`, 'latin1'),
    ],
    [
      'attributes',
      (size) => Buffer.from(`{"MessageName":"Update","InputParameters":[${attribute.repeat(size / 64)}0]}`),
    ],
  ];
  // Tried again, because a machine that others use slows the larger one more.
  for (const [what, bodyOf] of growing)
    it(`grows with the size only, for ${what}`, { retry: 3 }, () => {
      const small = timeOf(bodyOf(256 * 1024));
      const large = timeOf(bodyOf(2 * MEGABYTE));
      // Eight times the size, 20 times the time where it no longer fits the processor's caches; squared growth would be 64 and more.
      expect(large).toBeLessThan(40 * Math.max(small, 0.2));
    });
});
