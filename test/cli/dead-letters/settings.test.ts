import { expect, test } from 'vitest';
import { readDeadLetterSettings } from '../../../cli/dead-letters/settings.ts';
import { connector } from '../run-connector.ts';

test.each([
  [[], /^Usage: connector dead-letters/],
  [['rescue'], /^There is no command "rescue"\./],
  [['list', '--before', 'yesterday'], /^--before should be an ISO 8601 time/],
  [['list', '--max', '0'], /^--max <n>: should be a whole number from 1\./],
  [['list', '--max', 'Zm9v'], /^--max <n>: should be a whole number from 1\./],
  [['list', '--row', ' '], /^--row should be the id of a row/],
  [['list', '--from', 'there'], /^--from should be `queue` or `subscription`/],
  [['replay', '--reason', ''], /^--reason should be a dead-letter reason/],
  [['replay', '--yes'], /^There is no option "--yes"\./],
  [['show', 'twelve'], /^A sequence number has digits alone\./],
  [['show'], /^Which ones\? Say numbers, --reason/],
  [['replay'], /^Which ones\? .* or --all\./],
  [['discard', '--yes'], /^Which ones\? .* or --all\./],
  [['export'], /^Which ones\? .* or --all\./],
  [['repair'], /^number is missing\./],
])('%j is wrong use, with a reason, before anything is connected', async (args, message) => {
  const { code, stdout, stderr } = await connector(['dead-letters', ...args]);
  expect(stderr).toMatch(message);
  expect([code, stdout]).toEqual([2, '']);
});

const ENVIRONMENT = {
  ServiceBusConnection: 'Endpoint=sb://x;SharedAccessKeyName=n;SharedAccessKey=k',
  ServiceBusQueueName: 'q',
};
const CONNECTION = { connectionString: 'Endpoint=sb://x;SharedAccessKeyName=n;SharedAccessKey=k' };

test.each([
  [{}, {}, { source: { kind: 'queue', queue: 'q' }, serviceBus: CONNECTION }],
  [
    { ServiceBusTopicName: 't', ServiceBusSubscriptionName: 's' },
    {},
    { source: { kind: 'topic', topic: 't', subscription: 's', queue: 'q' }, serviceBus: CONNECTION },
  ],
  [
    { ServiceBusTopicName: 't', ServiceBusSubscriptionName: 's' },
    { queue: 'other' },
    { source: { kind: 'queue', queue: 'other' }, serviceBus: CONNECTION },
  ],
  [{}, { namespace: 'mine' }, { serviceBus: { address: 'mine.servicebus.windows.net' } }],
  [{}, { namespace: 'mine.servicebus.example' }, { serviceBus: { address: 'mine.servicebus.example' } }],
  [
    {
      ServiceBusConnection: ' ',
      ServiceBusConnection__fullyQualifiedNamespace: 'x.example',
      ServiceBusConnection__clientId: 'of the app, which is not who runs the command',
    },
    {},
    { serviceBus: { address: 'x.example' } },
  ],
])('settings %j with options %j', (environment, options, expected) => {
  const { source, serviceBus } = readDeadLetterSettings({ ...ENVIRONMENT, ...environment }, options);
  expect({ source, serviceBus }).toMatchObject(expected);
});

test.each([
  [
    { ServiceBusQueueName: undefined },
    /ServiceBusQueueName: should be the name of the queue.*\nOr use --queue/,
  ],
  [{ ServiceBusConnection: '' }, /ServiceBusConnection: should be a connection string, or set/],
  [{ ServiceBusTopicName: 't' }, /ServiceBusSubscriptionName: needed beside ServiceBusTopicName/],
  [{ MAPPING: 'no-such-preset' }, /no-such-preset/],
])('settings with %j are refused', (environment, message) => {
  expect(() => readDeadLetterSettings({ ...ENVIRONMENT, ...environment }, {})).toThrow(message);
});
