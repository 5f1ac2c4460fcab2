import { expect, test } from 'vitest';
import { readCommandLine, UsageError } from '../../../cli/dead-letters/command-line.ts';
import { readDeadLetterSettings } from '../../../cli/dead-letters/settings.ts';

test.each([
  [['list'], { command: 'list', filter: {} }],
  [['show', '12', '--body'], { command: 'show', filter: { sequenceNumber: '12' }, values: { body: true } }],
  [['show', '--reason', 'NotJson'], { command: 'show', filter: { reason: 'NotJson' } }],
  [
    ['replay', '--before', '2026-11-24', '--max', '5'],
    { command: 'replay', filter: { before: Date.UTC(2026, 10, 24), max: 5 } },
  ],
  [
    ['export', 'there', '--user', '{ABC}'],
    { command: 'export', directory: 'there', filter: { user: '{ABC}' } },
  ],
  [['rescue', '--help'], { command: 'help' }],
])('%j is understood', (args, expected) => {
  expect(readCommandLine(args)).toMatchObject(expected);
});

test.each([
  [[], /^The messages that the connector gave up/],
  [['rescue'], /^There is no command "rescue"\./],
  [['toString'], /^There is no command "toString"\./],
  [['list', '--max', 'many'], /^--max should be a whole number from 1\.$/],
  [['list', '--max', '0', '--before', '2'], /^--before should be .*\n--max should be/],
  [['replay', '--before', 'yesterday'], /^--before should be an ISO 8601 time such as/],
  [['replay', '--before', '2026-11-24T08:00:00'], /^--before should be an ISO 8601 time such as/],
  [['replay', '--reason', ''], /^--reason should be a dead-letter reason/],
  [['replay', '--yes'], /^--yes does not go with replay\.$/],
  [['list', '--dry-run'], /^--dry-run does not go with list\.$/],
  [['replay', '12'], /^replay was given too much: "12"\.$/],
  [['show', '12', '13'], /^show was given too much: "13"\.$/],
  [['show'], /^show needs a sequence number, or --reason/],
  [['show', 'twelve'], /^show needs a sequence number, not "twelve"\.$/],
  [['export'], /^export needs the directory to write to\.$/],
  [['list', '--colour'], /^Unknown option '--colour'/],
  [['list', '--max'], /argument missing/],
])('%j is refused with a reason', (args, message) => {
  expect(() => readCommandLine(args)).toThrow(UsageError);
  expect(() => readCommandLine(args)).toThrow(message);
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
