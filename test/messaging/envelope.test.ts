import { describe, expect, it } from 'vitest';
import { decode } from '../../src/dynamics/decode.ts';
import { bodyBytes, PROPERTY, readEnvelope, readHistory } from '../../src/messaging/envelope.ts';
import { contextJson } from '../dynamics/context-json.ts';

const METADATA = { lockToken: '0b9f6f6c-7d5e-4a0c-8c3b-2f1e0d9c8b7a', deliveryCount: 1, sequenceNumber: 7 };

describe('the body', () => {
  const json = contextJson();
  const text = JSON.stringify(json);
  // Without `dataType: binary` the library hands over an object for JSON and a string for everything else.
  const forms: [string, unknown][] = [
    ['bytes', Buffer.from(text)],
    ['bytes that are part of more', Buffer.from(`xx${text}yy`).subarray(2, -2)],
    ['text', text],
    ['an object that was JSON', json],
  ];
  for (const [what, body] of forms)
    it(`is read from ${what}`, () => {
      expect(decode(bodyBytes(body), {}).outcome).toBe('decoded');
    });

  it('is refused with a reason, whatever the library made of it', () => {
    for (const body of [12, true, null, undefined, 'text', [], ''])
      expect(decode(bodyBytes(body), {})).toMatchObject({
        outcome: 'deadLetter',
        reason: expect.stringMatching(/^(NotJson|NotRemoteExecutionContext)$/),
      });
  });
});

describe('the trigger metadata', () => {
  it('is read where the library has made something else of a text', () => {
    const envelope = readEnvelope({
      ...METADATA,
      deliveryCount: '3',
      sequenceNumber: '8',
      messageId: 12345,
      contentType: 'application/json',
      enqueuedTimeUtc: '2026-03-02T10:00:00Z',
    });
    expect(envelope).toMatchObject({
      messageId: '12345',
      deliveryCount: 3,
      sequenceNumber: 8,
      enqueuedTime: Date.parse('2026-03-02T10:00:00Z'),
    });
  });

  it('is not taken for the message: with a text body the host puts members of the body beside it', () => {
    const envelope = readEnvelope({
      ...METADATA,
      depth: 9,
      messageName: 'Delete',
      primaryEntityId: 'of the body',
    });
    expect(JSON.stringify(envelope)).not.toContain('of the body');
    const decoded = decode(bodyBytes(contextJson()), envelope);
    expect(decoded).toMatchObject({ context: { messageName: 'Update', depth: 2 } });
  });

  it('has its properties under either name', () => {
    for (const name of ['applicationProperties', 'userProperties'])
      expect(
        readEnvelope({ ...METADATA, [name]: { messageMaxSizeExceeded: true } }).applicationProperties,
      ).toEqual({
        messageMaxSizeExceeded: true,
      });
    expect(readEnvelope({ ...METADATA, applicationProperties: 'none' }).applicationProperties).toEqual({});
  });

  it.each([
    '2026-03-02T10:00:00',
    '2026-03-02T10:00:00.000',
    '2026-03-02T10:00:00+00:00',
    '2026-03-02T12:00:00+02:00',
    new Date('2026-03-02T10:00:00Z'),
  ])('has times in UTC, also where the host writes no zone: %s', (enqueuedTimeUtc) => {
    expect(readEnvelope({ ...METADATA, enqueuedTimeUtc }).enqueuedTime).toBe(
      Date.parse('2026-03-02T10:00:00Z'),
    );
  });

  it('has an empty lock token where the host gave none', () => {
    for (const metadata of [undefined, {}, { ...METADATA, lockToken: '' }])
      expect(readEnvelope(metadata).lockToken).toBe('');
  });

  it('leaves out what it does not tell', () => {
    expect(readEnvelope({ lockToken: 'x' })).toEqual({
      lockToken: 'x',
      messageId: undefined,
      deliveryCount: 1,
      sequenceNumber: 0,
      enqueuedTime: undefined,
      contentType: undefined,
      applicationProperties: {},
    });
  });
});

const NOW = Date.parse('2026-03-02T12:00:00Z');
const historyOf = (applicationProperties: object) =>
  readHistory(readEnvelope({ ...METADATA, applicationProperties }), NOW);

describe('the history that a copy carries', () => {
  it('survives the way through the queue, where values may become text', () => {
    const at = '2026-03-02T10:00:00.000Z';
    const properties = {
      [PROPERTY.attempt]: '3',
      [PROPERTY.firstFailedAt]: at,
      [PROPERTY.unmappedSince]: new Date(at),
      [PROPERTY.askedMs]: 90_000,
      [PROPERTY.firstSequenceNumber]: 5,
      [PROPERTY.firstEnqueuedAt]: at,
      [PROPERTY.replayed]: 'true',
    };
    const { history, ignored } = historyOf(properties);
    expect(ignored).toEqual([]);
    expect(history).toMatchObject({
      attempt: 3,
      askedMs: 90_000,
      firstFailedAt: Date.parse(at),
      unmappedSince: Date.parse(at),
      firstSequenceNumber: 5,
      firstEnqueuedAt: Date.parse(at),
      replayed: true,
    });
  });

  const NEW = {
    attempt: 0,
    firstFailedAt: undefined,
    unmappedSince: undefined,
    unconfirmed: 0,
    askedMs: 0,
    firstSequenceNumber: 7,
    firstEnqueuedAt: undefined,
    replayed: false,
  };

  it('is that of a new message where there is none', () => {
    expect(historyOf({})).toEqual({ history: NEW, ignored: [] });
  });

  const TIMES = [PROPERTY.firstFailedAt, PROPERTY.unmappedSince, PROPERTY.firstEnqueuedAt];
  const COUNTS = [PROPERTY.attempt, PROPERTY.unconfirmed, PROPERTY.askedMs];
  it.each([
    ...TIMES.flatMap((name) =>
      ['9999-12-31T00:00:00Z', '2026-03-02T12:05:01Z', '1969-01-01T00:00:00Z', 'once', 1e308, {}, ''].map(
        (value) => [name, value] as const,
      ),
    ),
    ...COUNTS.flatMap((name) =>
      [-1, -1e9, 1e308, 2 ** 53, 1.5, 'many', null, [], {}, Number.NaN].map(
        (value) => [name, value] as const,
      ),
    ),
    ...[-1, 1e308, 1.5, 'many', '-3', '1e3', '9223372036854775808', null, [], {}, Number.NaN].map(
      (value) => [PROPERTY.firstSequenceNumber, value] as const,
    ),
  ])('ignores and names what is not whole, out of range or from the future: %s %j', (name, value) => {
    expect(historyOf({ [name]: value })).toEqual({ history: NEW, ignored: [name] });
  });

  it('holds the first number of a partitioned queue to its last digit, as text', () => {
    const number = '27021597764222977';
    const { history, ignored } = historyOf({ [PROPERTY.firstSequenceNumber]: number });
    expect([history.firstSequenceNumber, ignored]).toEqual([number, []]);
  });

  it('is not found in what every object inherits', () => {
    expect(historyOf(Object.create({ [PROPERTY.attempt]: 3 }))).toEqual({ history: NEW, ignored: [] });
  });

  it('keeps its names when the library makes their first letter small', () => {
    for (const name of Object.values(PROPERTY)) expect(name[0]).toBe(name[0]?.toLowerCase());
  });
});
