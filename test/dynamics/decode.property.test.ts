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
