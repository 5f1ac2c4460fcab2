import { expect, test } from 'vitest';
import { startTestHost } from '../local/host/start-host.ts';
import { assignmentBody, PERSONAL, USERS } from './assignment-body.ts';
import { drafts, ids, QUEUE, startFixture } from './dead-letter-fixture.ts';

async function startApp(connectionString: string) {
  const host = await startTestHost(
    { code: `import './functions/dead-letters.ts';` },
    {
      functionsKey: 'key',
      env: {
        ServiceBusConnection: connectionString,
        ServiceBusQueueName: QUEUE,
        COR_API_KEY: 'k',
        COR_CLIENT_SECRET: 's',
        LedgerStorage: 'memory',
      },
    },
  );
  return async (method: 'GET' | 'POST', body?: string, key = 'key') => {
    const response = await fetch(`${host.httpUrl}/api/dead-letters`, {
      method,
      headers: { 'x-functions-key': key },
      ...(body !== undefined && { body }),
    });
    const text = await response.text();
    for (const word of PERSONAL) expect(text).not.toContain(word);
    return { status: response.status, json: text === '' ? undefined : JSON.parse(text) };
  };
}

test('lists and replays for those who have the key, and says so when the namespace is gone', async () => {
  const { broker, deadLetter, takeQueue } = await startFixture();
  await deadLetter([
    { messageId: 'ada', body: assignmentBody(USERS.ada, USERS.ada), reason: 'CorValidation' },
    ...drafts(120),
  ]);
  const call = await startApp(broker.connectionString);
  expect(await call('GET', undefined, 'wrong')).toMatchObject({ status: 401 });
  expect(await call('POST', '{}', 'wrong')).toMatchObject({ status: 401 });

  const list = await call('GET');
  expect(list).toMatchObject({
    status: 200,
    json: {
      total: 121,
      complete: true,
      reasons: [
        { reason: 'NotJson', count: 120, example: '2' },
        { reason: 'CorValidation', count: 1, example: '1' },
      ],
    },
  });
  expect(await call('POST', '{"max":-1,"limit":3}')).toMatchObject({
    status: 400,
    json: { errors: [{ pointer: '/max' }, { pointer: '/limit' }] },
  });
  for (const body of [undefined, '', '{}', '{"max":5}', '{"dryRun":true}', '{"dryRun":false}'])
    expect(await call('POST', body)).toMatchObject({
      status: 400,
      json: { errors: [{ pointer: '', message: expect.stringContaining('{"all": true}') }] },
    });
  expect(broker.counts(QUEUE)).toMatchObject({ active: 0, deadLetter: 121 });
  const dry = await call('POST', '{"dryRun":true,"reason":"CorValidation"}');
  expect(dry).toMatchObject({ status: 200, json: { dryRun: true, total: 1 } });
  expect(broker.counts(QUEUE)).toMatchObject({ active: 0, deadLetter: 121 });

  const ofUser = await call('POST', JSON.stringify({ user: USERS.ada }));
  expect(ofUser).toEqual({
    status: 200,
    json: { selected: 1, done: 1, failed: [], left: 0, ended: 'finished' },
  });
  expect(ids(await takeQueue())).toEqual(['ada']);
  expect((await call('POST', '{"all":true}')).json).toMatchObject({ selected: 100, done: 100 });
  expect(ids(await takeQueue())).toEqual(drafts(100).map(({ messageId }) => messageId));
  expect((await call('GET')).json).toMatchObject({ total: 20 });

  await broker.stop();
  for (const method of ['GET', 'POST'] as const)
    expect(await call(method, method === 'POST' ? '{"all":true}' : undefined)).toEqual({
      status: 503,
      json: { error: 'The namespace cannot be reached.' },
    });
});
