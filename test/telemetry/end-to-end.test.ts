import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RESOURCES } from '../../local/events/cast.ts';
import type { IdentityEndpoint } from '../../local/telemetry/identity-endpoint.ts';
import type { Envelope, Ingestion } from '../../local/telemetry/ingestion.ts';
import { playSamples } from './play-samples.ts';
import { sampleMessages, type WatchedApp, type WatchedApps } from './watched-apps.ts';

const samples = sampleMessages();
const CLIENT_ID = '5b1f6a4e-0c0d-4e0f-9a1b-2c3d4e5f6a7b';
const ends: (() => Promise<void>)[] = [];
let ingestion: Ingestion;
let identity: IdentityEndpoint;
let system: WatchedApps<'app'>;
let app: WatchedApp;

const ofType = (type: Envelope['data']['baseType']) =>
  ingestion.envelopes.filter(({ data }) => data.baseType === type);
const dependencies = (type: string) =>
  ofType('RemoteDependencyData').filter(({ data }) => data.baseData.type === type);
const messageSpans = () => dependencies('InProc');
const corCalls = () => dependencies('Http');
const properties = (one: Envelope) => one.data.baseData.properties as Record<string, string | undefined>;
const operationId = (one: Envelope) => one.tags['ai.operation.id'];
const metric = (name: string) =>
  ofType('MetricData').filter(({ data }) => data.baseData.metrics[0].name === `cor_connector.${name}`);
const sum = (items: readonly Envelope[], member: 'value' | 'count') =>
  items.reduce((total, { data }) => total + data.baseData.metrics[0][member], 0);

/** Trace id and span id of the host's span for a message. */
function hostSpan(messageId: unknown): string[] {
  const event = app.invocations.find((one) => one.messageId === messageId);
  return event?.traceParent.split('-').slice(1, 3) ?? [];
}

beforeAll(async () => {
  ({ ingestion, identity, system, app } = await playSamples(samples, CLIENT_ID, (end) => ends.unshift(end)));
}, 60_000);

afterAll(async () => {
  for (const end of ends) await end();
});

describe('a message', () => {
  it('has one span, under the span that the host handed over', () => {
    const spans = messageSpans().map((span) => [
      properties(span).messageId,
      operationId(span),
      span.tags['ai.operation.parentId'],
    ]);
    const expected = samples.map(({ messageId }) => [messageId, ...hostSpan(messageId)]);
    expect(spans.sort()).toEqual(expected.sort());
    expect(new Set(messageSpans().map(({ data }) => data.baseData.name))).toEqual(
      new Set(['process message']),
    );
  });

  it('tells its outcome as its log line does, and fails when it is dead-lettered', () => {
    const told = (record: Readonly<Record<string, unknown>>) =>
      [
        'messageId',
        'outcome',
        'deadLetterReason',
        'correlationId',
        'entity',
        'recordId',
        'operation',
        'deliveryCount',
        'coalesced',
      ].map((name) => String(record[name]));
    const fromLines = app.lines.filter(({ outcome }) => outcome !== undefined).map(told);
    expect(
      messageSpans()
        .map((span) => told(properties(span)))
        .sort(),
    ).toEqual(fromLines.sort());
    const failed = messageSpans().filter(({ data }) => !data.baseData.success);
    expect(failed.length).toBeGreaterThan(3);
    expect(new Set(failed.map((span) => properties(span).outcome))).toEqual(new Set(['deadlettered']));
  });

  it('has its log line once, in its own operation, with its severity', () => {
    const ingested = ofType('MessageData').map((one) => [one.data.baseData.message, operationId(one)]);
    const lines = app.lines.filter(({ messageId }) => messageId !== undefined);
    for (const line of lines) {
      const [traceId] = hostSpan(line.messageId);
      expect(ingested.filter(([text]) => text === JSON.stringify(line))).toEqual([
        [JSON.stringify(line), traceId],
      ]);
    }
    expect(lines).toHaveLength(samples.length);
    const levels = ofType('MessageData').map(({ data: { baseData } }) => [
      JSON.parse(baseData.message).evt,
      baseData.severityLevel,
    ]);
    expect(levels).toContainEqual(['message.completed', 'Information']);
    expect(levels).toContainEqual(['message.deadlettered', 'Error']);
  });

  it('has the lines about its COR calls in its operation too', () => {
    const operations = new Map(
      messageSpans().map((span) => [properties(span).correlationId, operationId(span)]),
    );
    const calls = ofType('MessageData').filter(({ data }) =>
      data.baseData.message.startsWith('{"evt":"cor.call"'),
    );
    expect(calls.length).toBeGreaterThan(0);
    for (const line of calls) {
      const { correlationId } = JSON.parse(line.data.baseData.message);
      expect(operationId(line)).toBe(operations.get(correlationId));
    }
  });

  it('has lines that only the worker exports', () => {
    expect(app.host.capabilities).toMatchObject({ WorkerOpenTelemetryEnabled: 'true' });
    const count = (texts: readonly unknown[], text: unknown) => texts.filter((one) => one === text).length;
    const texts = ofType('MessageData').map(({ data }) => data.baseData.message);
    const heard = app.lines.map((line) => JSON.stringify(line));
    for (const text of heard) expect(count(texts, text)).toBeGreaterThanOrEqual(count(heard, text));
    // Two refusals of a user can read alike, but each call has one line.
    const failed = corCalls().filter(({ data }) => !data.baseData.success);
    const kinds = texts.map((text) => JSON.parse(text).evt);
    expect(count(kinds, 'cor.call')).toBe(failed.length);
    expect(texts.length - failed.length).toBe(heard.filter((text) => !text.includes('"cor.call"')).length);
  });
});

describe('a COR call', () => {
  it('is a dependency with the names of the path template, and carries its trace to COR', () => {
    const seen = system.cor.calls.map(({ method, path, status, headers }) => [
      `${method} ${path.replace(/users\/[^/]+/, 'users/{userId}').split('?')[0]}`,
      String(status),
      headers.traceparent,
    ]);
    const told = corCalls().map((call) => {
      const { name, resultCode, id } = call.data.baseData;
      return [name, resultCode, `00-${operationId(call)}-${id}-01`];
    });
    expect(told.sort()).toEqual(seen.sort());
    expect(new Set(told.map(([name]) => name))).toContain('PUT /v2/integrations/users/{userId}/attach');
    expect(new Set(told.map(([name]) => name))).toContain('POST /v1/oauth/token');
  });

  it('says where it went, how long it took and whether it failed', () => {
    const host = system.cor.baseUrl.replace('http://', '');
    for (const call of corCalls()) {
      const { name, data, target, duration, success, resultCode } = call.data.baseData;
      expect(target).toBe(host);
      expect(data).toBe(`http://${host}${name.split(' ')[1]}`);
      expect(duration).toMatch(/^00:00:0\d\.\d+$/);
      expect(success).toBe(resultCode === '200');
    }
    const failed = corCalls().filter(({ data }) => !data.baseData.success);
    expect(failed.map((call) => properties(call).failureClass)).toContain('unmapped');
  });

  it('stands under the first of its messages, has its correlation id, and is linked to the others', () => {
    const spans = new Map(messageSpans().map((span) => [span.data.baseData.id, span]));
    const shared: string[][] = [];
    for (const call of corCalls()) {
      const parent = spans.get(call.tags['ai.operation.parentId'] ?? '');
      expect(parent && operationId(parent)).toBe(operationId(call));
      expect(properties(call).correlationId).toBe(parent && properties(parent).correlationId);
      const links: { operation_Id: string; id: string }[] = JSON.parse(properties(call)['_MS.links'] ?? '[]');
      for (const { operation_Id, id } of links) {
        const linked = spans.get(id);
        expect(linked && operationId(linked)).toBe(operation_Id);
      }
      expect(properties(call).messages).toBe(String(links.length + 1));
      if (links.length > 0) shared.push(links.map(({ id }) => id));
    }
    expect(shared.length).toBeGreaterThan(0);
  });
});

describe('metrics', () => {
  it('count messages by outcome and reason', () => {
    const counted = metric('messages').map((one) => [
      properties(one).outcome,
      properties(one).reason,
      one.data.baseData.metrics[0].value,
    ]);
    const expected = new Map<string, number>();
    for (const { outcome, deadLetterReason, skipReason } of app.lines) {
      if (outcome === undefined) continue;
      const key = JSON.stringify([outcome, deadLetterReason ?? skipReason]);
      expected.set(key, (expected.get(key) ?? 0) + 1);
    }
    expect(
      new Map(counted.map(([outcome, reason, value]) => [JSON.stringify([outcome, reason]), value])),
    ).toEqual(expected);
  });

  it('measure queue lag, duration of COR calls and messages per call', () => {
    expect(sum(metric('queue_lag'), 'count')).toBe(samples.length);
    expect(sum(metric('cor_call.duration'), 'count')).toBe(system.cor.counts.total);
    const series = metric('cor_call.duration').map((one) => properties(one));
    const seen = new Set(
      system.cor.calls.map(({ operation, status }) => `${operation} ${status?.toString()[0]}xx`),
    );
    expect(new Set(series.map(({ operation, status_class }) => `${operation} ${status_class}`))).toEqual(
      seen,
    );
    expect(seen).toContain('attach 4xx');
    const perCall = metric('cor_call.messages');
    const { attach, detach } = system.cor.counts.byOperation;
    expect(sum(perCall, 'count')).toBe(attach + detach);
    expect(sum(perCall, 'value')).toBeGreaterThan(attach + detach);
  });
});

describe('all that is sent', () => {
  it('bears the name of the app', () => {
    expect(new Set(ingestion.envelopes.map(({ tags }) => tags['ai.cloud.role']))).toEqual(
      new Set(['func-cor-test']),
    );
  });

  it('holds no secret, no user and no name', () => {
    const { apiKey, clientSecret } = system.cor;
    const { jo: _inNoMessage, ...cast } = RESOURCES;
    const people = Object.values(cast).flatMap(({ id, name }) => [id, name, ...name.split(' ')]);
    const words = [
      ...people,
      apiKey,
      clientSecret,
      identity.token,
      'example.com',
      'Bearer',
      'Basic',
      'access_token',
    ];
    const found = (text: string) => words.filter((word) => new RegExp(`\\b${word}\\b`, 'i').test(text));
    expect(found(samples.map(({ body }) => body.toString('latin1')).join())).toEqual(
      expect.arrayContaining(people),
    );
    expect(found(JSON.stringify(ingestion.envelopes))).toEqual([]);
  });

  it('is sent in the name of the identity that the settings give', () => {
    expect(identity.asked[0]).toMatchObject({ resource: 'https://monitor.azure.com', client_id: CLIENT_ID });
    expect(new Set(ingestion.authorizations)).toEqual(new Set([`Bearer ${identity.token}`]));
  });

  it('goes to the ingestion endpoint and nowhere else', () => {
    expect(ingestion.requests).toBeGreaterThan(2);
    expect(system.outside.asked).toEqual([]);
  });
});
