import fc from 'fast-check';
import rhea, { type Typed } from 'rhea';
import { describe, expect, test } from 'vitest';
import { AmqpError } from '../../../local/broker/amqp-error.ts';
import { encodeDelivery } from '../../../local/broker/delivered-message.ts';
import { SECTION, splitSections } from '../../../local/broker/message-sections.ts';
import { newMessage, type PropertyChanges } from '../../../local/broker/queue-message.ts';
import { encodeValues, types } from '../../../local/broker/rhea-types.ts';
import { decodeBatch, decodeMessage } from '../../../local/broker/stored-content.ts';

function deliver(bytes: Buffer, changes?: PropertyChanges): Buffer {
  const message = newMessage(decodeMessage(bytes), Number.POSITIVE_INFINITY, 0);
  message.propertyChanges = changes;
  return encodeDelivery(message);
}

const section = (bytes: Buffer, code: number) =>
  splitSections(bytes).find((found) => found.code === code)?.bytes;
const described = (code: number, value: Typed) => encodeValues(types.wrap_described(value, code));

// One property of every kind of AMQP type, so that a lossy decode cannot hide.
const TYPED_PROPERTIES: Readonly<Record<string, Typed>> = {
  byte: types.wrap_byte(-3),
  short: types.wrap_short(-300),
  long: types.wrap_long(Buffer.from('7fffffffffffffff', 'hex')),
  float: types.wrap_float(1.5),
  char: types.wrap_char(0x1f600),
  timestamp: types.wrap_timestamp(1_700_000_000_000),
  uuid: types.wrap_uuid(Buffer.alloc(16, 7)),
  symbol: types.wrap_symbol('sym'),
  array: types.wrap_array([1, 2], 0x81, undefined),
};

describe('a stored message', () => {
  const properties = described(SECTION.properties, types.wrap([types.wrap_uuid(Buffer.alloc(16, 9))]));
  const applicationProperties = described(SECTION.applicationProperties, types.wrap_map(TYPED_PROPERTIES));
  const body = described(
    SECTION.value,
    types.wrap_list([types.wrap_ushort(5), types.wrap_described('x', 'my:type')]),
  );
  const footer = described(SECTION.footer, types.wrap_map({ check: 1 }));
  const message = Buffer.concat([properties, applicationProperties, footer, body]);

  test('gives back the bytes of what the broker does not change', () => {
    const delivered = deliver(message);
    expect(section(delivered, SECTION.properties)).toEqual(properties);
    expect(section(delivered, SECTION.applicationProperties)).toEqual(applicationProperties);
    expect(section(delivered, SECTION.value)).toEqual(body);
    expect(section(delivered, SECTION.footer)).toEqual(footer);
  });

  test('keeps the AMQP types of its properties when a settlement adds and replaces some', () => {
    const delivered = deliver(
      message,
      new Map<string, unknown>([
        ['short', types.wrap_int(70_000)],
        ['added', 'text'],
      ]),
    );
    const expected = { ...TYPED_PROPERTIES, short: types.wrap_int(70_000), added: types.wrap_string('text') };
    expect(section(delivered, SECTION.applicationProperties)).toEqual(
      described(SECTION.applicationProperties, types.wrap_map(expected)),
    );
  });

  test('keeps annotations of its sender but not those that only the broker writes', () => {
    const annotations = { 'x-opt-partition-key': 'p', 'x-opt-sequence-number': 77, 'x-opt-locked-until': 1 };
    const delivered = deliver(rhea.message.encode({ body: 'x', message_annotations: annotations }));
    expect(rhea.message.decode(delivered).message_annotations).toEqual({
      'x-opt-partition-key': 'p',
      'x-opt-sequence-number': 0,
      'x-opt-enqueue-sequence-number': 0,
      'x-opt-enqueued-time': new Date(0),
      'x-opt-message-state': 0,
    });
  });

  test('keeps durability and priority in its header', () => {
    const delivered = deliver(rhea.message.encode({ body: 'x', durable: true, priority: 7 }));
    expect(rhea.message.decode(delivered)).toMatchObject({ durable: true, priority: 7, delivery_count: 0 });
  });
});

describe('bytes that are no message', () => {
  const valid = rhea.message.encode({
    message_id: 'id',
    ttl: 5000,
    priority: 4,
    message_annotations: { 'x-opt-scheduled-enqueue-time': new Date(0) },
    application_properties: { a: [1, { b: 'c' }] },
    body: { deep: [1, 2, 'three'] },
  });

  test.each([
    ['text', Buffer.from('hello')],
    ['a value outside a section', Buffer.from([0x43])],
    ['an unknown section', Buffer.from([0x00, 0x53, 0x60, 0x43])],
    ['a cut section', valid.subarray(0, valid.length - 1)],
    ['a size beyond the end', Buffer.from([0x00, 0x53, 0x75, 0xb0, 0xff, 0xff, 0xff, 0xff])],
    ['endless descriptors', Buffer.concat([Buffer.from([0x00, 0x53, 0x77]), Buffer.alloc(100_000)])],
    ['properties that are no map', described(SECTION.applicationProperties, types.wrap_string('x'))],
    ['a negative time to live', described(SECTION.header, types.wrap_list([true, 4, types.wrap_int(-5)]))],
    ['a batch part of another type', described(SECTION.data, types.wrap_int(5)), decodeBatch],
    [
      'a batch part',
      encodeValues(types.wrap_described(types.wrap_binary(Buffer.from('x')), 0x75)),
      decodeBatch,
    ],
  ] as const)('%s: refused as such', (_, bytes, decode: (bytes: Buffer) => unknown = decodeMessage) => {
    expect(() => decode(bytes)).toThrow(AmqpError);
  });

  test('whatever the bytes, the only error is the refusal, and what is accepted can be delivered', () => {
    const mutated = fc
      .tuple(fc.nat(valid.length - 1), fc.nat(255), fc.nat(valid.length))
      .map(([position, byte, end]) => {
        const bytes = Buffer.from(valid);
        bytes[position] = byte;
        return bytes.subarray(0, Math.max(end, position));
      });
    const anything = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(fc.oneof(mutated, anything), (bytes) => {
        let isMessage = true;
        try {
          decodeMessage(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(AmqpError);
          isMessage = false;
        }
        if (isMessage) expect(deliver(bytes, new Map([['a', 1]])).length).toBeGreaterThan(0);
      }),
      { numRuns: 3000 },
    );
  });
});
