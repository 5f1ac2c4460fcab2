import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import type { Delivery, Disposition } from '../../../local/host/delivery.ts';
import { type SettlementServer, startSettlementServer } from '../../../local/host/settlement-server.ts';
import { type CommandLineForm, workerCommandLine } from '../../../local/host/worker-command-line.ts';
import { createSettlement } from '../../../src/messaging/settlement.ts';

const TOKEN = '4f5b1a52-3d1e-4c6c-9d55-6f2a7f0f9a10';

async function settlementServer(): Promise<{ server: SettlementServer; settled: Disposition[] }> {
  const settled: Disposition[] = [];
  const delivery = {
    settle: async (disposition: Disposition) => void settled.push(disposition),
  } as unknown as Delivery;
  const server = await startSettlementServer(new Map([[TOKEN, delivery]]));
  onTestFinished(() => server.stop());
  return { server, settled };
}

test.each<CommandLineForm>(['both', 'functions-uri', 'host-and-port'])(
  'finds the host by the command line form "%s"',
  async (form) => {
    const { server, settled } = await settlementServer();
    const settlement = createSettlement({ argv: workerCommandLine(server.port, form) });
    await settlement.deadLetter(TOKEN, 'NotJson', 'Resend it as JSON.');
    expect(settled).toEqual([
      { outcome: 'deadLettered', reason: 'NotJson', description: 'Resend it as JSON.' },
    ]);
  },
);

test('any reason and description arrive as they were, cut to 4096 UTF-16 units between characters', async () => {
  const { server, settled } = await settlementServer();
  const settlement = createSettlement({ argv: workerCommandLine(server.port) });
  const text = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.string({ unit: 'binary', minLength: 60, maxLength: 200 }),
    fc
      .tuple(fc.integer({ min: 4090, max: 4100 }), fc.constantFrom('👩‍🚀', 'ß', 'x'))
      .map(([length, end]) => 'a'.repeat(length) + end),
  );
  await fc.assert(
    fc.asyncProperty(text, text, async (reason, description) => {
      await settlement.deadLetter(TOKEN, reason, description);
      const received = settled.pop() as Extract<Disposition, { outcome: 'deadLettered' }>;
      for (const [sent, got] of [
        [reason, received.reason],
        [description, received.description],
      ] as const) {
        expect(got?.isWellFormed()).toBe(true);
        expect(sent.toWellFormed().startsWith(got ?? '?')).toBe(true);
        expect(sent.length - (got?.length ?? 0)).toBeLessThanOrEqual(Math.max(0, sent.length - 4095));
        if (sent.length <= 4096) expect(got).toBe(sent.toWellFormed());
      }
    }),
    { numRuns: 300 },
  );
});

test.each([
  ['unimplemented', 'UNIMPLEMENTED: Service is unimplemented.', 0],
  ['failedPrecondition', `FAILED_PRECONDITION: LockToken ${TOKEN} not found.`, 0],
  ['unknown', 'UNKNOWN: Azure.Messaging.ServiceBus.ServiceBusException: injected fault', 0],
  ['hang', 'DEADLINE_EXCEEDED', 0],
  ['replyLost', 'UNKNOWN: injected fault after the settlement', 1],
] as const)(
  'the fault "%s" rejects once, with the status, and is not tried again',
  async (fault, text, times) => {
    const { server, settled } = await settlementServer();
    const settlement = createSettlement({ argv: workerCommandLine(server.port), deadlineMs: 300 });
    server.fail(fault, 1);
    await expect(settlement.deadLetter(TOKEN, 'NotJson', '')).rejects.toThrow(
      `The Functions host did not dead-letter the message (${text}`,
    );
    expect(settled).toHaveLength(times);
    await settlement.deadLetter(TOKEN, 'NotJson', '');
    expect(settled).toHaveLength(times + 1);
  },
);

test('an unknown lock token is FAILED_PRECONDITION', async () => {
  const { server, settled } = await settlementServer();
  const settlement = createSettlement({ argv: workerCommandLine(server.port) });
  await expect(settlement.deadLetter('another', 'NotJson', '')).rejects.toThrow(
    'FAILED_PRECONDITION: LockToken another not found.',
  );
  expect(settled).toEqual([]);
});

test('a host that is gone is an error within the deadline', async () => {
  const { server } = await settlementServer();
  const settlement = createSettlement({ argv: workerCommandLine(server.port), deadlineMs: 2000 });
  server.stop();
  await expect(settlement.deadLetter(TOKEN, 'NotJson', '')).rejects.toThrow('UNAVAILABLE');
});

test.each([
  [
    'a command line without an address',
    ['node', 'worker.js'],
    'neither --functions-uri nor --host and --port',
  ],
  ['another machine', ['--functions-uri', 'http://10.0.0.7:4711/'], 'must be a loopback address'],
  ['another machine by name', ['--host', 'example.org', '--port', '4711'], 'must be a loopback address'],
  ['an address without a port', ['--functions-uri=http://127.0.0.1/'], 'with a port'],
  ['no URI at all', ['--functions-uri', 'nonsense'], 'got "nonsense"'],
])('refuses %s', async (_, argv, text) => {
  await expect(createSettlement({ argv }).deadLetter(TOKEN, 'NotJson', '')).rejects.toThrow(text);
});

test('an IPv6 loopback address is understood', async () => {
  const argv = ['--functions-uri', 'http://[::1]:9/'];
  const settlement = createSettlement({ argv, deadlineMs: 2000 });
  await expect(settlement.deadLetter(TOKEN, 'NotJson', '')).rejects.toThrow(/UNAVAILABLE.*::1/);
});
