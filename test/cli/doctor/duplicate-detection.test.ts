import { ServiceBusAdministrationClient } from '@azure/service-bus';
import { expect, test } from 'vitest';
import { duplicateDetection } from '../../../cli/doctor/duplicate-detection.ts';

const KEYS = 'SharedAccessKeyName=Manage;SharedAccessKey=c2VjcmV0';

/** The SDK's own client; where its request would go out, `answer` comes back. */
function administration(status: number, answer: string) {
  const client = new ServiceBusAdministrationClient(`Endpoint=sb://contoso.example/;${KEYS}`);
  client.pipeline.addPolicy(
    {
      name: 'stand-in of the administration',
      async sendRequest(request) {
        return { request, status, headers: request.headers, bodyAsText: answer };
      },
    },
    { afterPhase: 'Sign' },
  );
  return client;
}

/** An Atom entry as Service Bus answers for a queue (REST API, "Get Queue"), with the elements that the SDK insists on. */
const entry = (requires: boolean) => `<entry xmlns="http://www.w3.org/2005/Atom">
  <id>https://contoso.example/assignments?api-version=2021-05</id>
  <title type="text">assignments</title>
  <content type="application/xml">
    <QueueDescription xmlns="http://schemas.microsoft.com/netservices/2010/10/servicebus/connect">
      <LockDuration>PT1M</LockDuration>
      <MaxSizeInMegabytes>1024</MaxSizeInMegabytes>
      <RequiresSession>false</RequiresSession>
      <DefaultMessageTimeToLive>P14D</DefaultMessageTimeToLive>
      <DeadLetteringOnMessageExpiration>true</DeadLetteringOnMessageExpiration>
      <MaxDeliveryCount>10</MaxDeliveryCount>
      <EnableBatchedOperations>true</EnableBatchedOperations>
      <EnablePartitioning>false</EnablePartitioning>
      <EnableExpress>false</EnableExpress>
      <RequiresDuplicateDetection>${requires}</RequiresDuplicateDetection>
      <DuplicateDetectionHistoryTimeWindow>PT10M</DuplicateDetectionHistoryTimeWindow>
    </QueueDescription>
  </content>
</entry>`;

test.each([
  [false, 'ok', /no duplicate detection/],
  [true, 'failed', /copies within PT10M of their original are lost/],
])('a queue with duplicate detection %s is %s', async (requires, state, text) => {
  expect(await duplicateDetection('assignments', administration(200, entry(requires)))).toMatchObject({
    state,
    text: expect.stringMatching(text),
  });
});

test('a login without the right to see it is told so, with what to do', async () => {
  const found = await duplicateDetection(
    'assignments',
    administration(401, '<Error><Code>401</Code></Error>'),
  );
  expect(found).toMatchObject({ state: 'unsure', text: expect.stringContaining('401') });
  expect(found.todo).toContain('Azure Service Bus Data Owner');
});
