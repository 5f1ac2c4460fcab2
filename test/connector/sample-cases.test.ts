import { existsSync, readFileSync } from 'node:fs';
import { expect, it, onTestFinished } from 'vitest';
import { type CorSandbox, startCorSandbox } from '../../local/cor/sandbox.ts';
import { seededRandom } from '../../local/histories/random.ts';
import { type Connector, createConnector } from '../../src/connector.ts';
import { readSettings } from '../../src/settings.ts';

const CASES = new URL('../../../shared/samples/cases/', import.meta.url);

interface Ended {
  readonly case: string;
  readonly outcome: string | undefined;
  readonly deadLetterReason: string | undefined;
}

interface Played {
  readonly connector: Connector;
  readonly sandbox: CorSandbox;
  readonly ended: Ended[];
  handle(name: string): Promise<void>;
}

/** The connector in memory over a sandbox that knows the people of the cases. */
async function setUp(users: readonly string[], workspaces: readonly string[]): Promise<Played> {
  const sandbox = await startCorSandbox({ users, workspaces });
  const settings = readSettings({
    ServiceBusConnection: 'Endpoint=sb://127.0.0.1;SharedAccessKeyName=n;SharedAccessKey=k',
    ServiceBusQueueName: 'q',
    LedgerStorage: 'memory',
    COR_BASE_URL: sandbox.baseUrl,
    COR_TOKEN_URL: sandbox.tokenUrl,
    COR_API_KEY: sandbox.apiKey,
    COR_CLIENT_SECRET: sandbox.clientSecret,
    COR_TODAY: '2026-03-04',
  });
  const ended: Ended[] = [];
  let current = '';
  const connector = createConnector(
    settings,
    (_level, { outcome, deadLetterReason }) => {
      if (outcome !== undefined) ended.push({ case: current, outcome, deadLetterReason });
    },
    {
      settlement: { deadLetter: async () => {} },
      retryQueue: { schedule: async () => {}, close: async () => {} },
    },
  );
  onTestFinished(async () => {
    await connector.close();
    await sandbox.stop();
  });
  let sequence = 0;
  return {
    connector,
    sandbox,
    ended,
    async handle(name) {
      current = name;
      sequence += 1;
      await connector.handle(readFileSync(new URL(`${name}.json`, CASES)), {
        lockToken: `${sequence}`,
        sequenceNumber: sequence,
        deliveryCount: 1,
        contentType: 'application/json',
        enqueuedTimeUtc: new Date(Date.UTC(2026, 2, 4) + sequence * 1_000).toISOString(),
      });
    },
  };
}

const USER = '20d6c3cc-5f59-4733-a571-be96ba510898';
const PROJECT = '4a850006-5862-472a-a8b5-4d394e2b5620';
const RESTORED = [
  '06-restored-1-create',
  '06-restored-2-delete',
  '06-restored-3-restore',
  '06-restored-4-create-again',
  '06-restored-5-update',
];

it.runIf(existsSync(CASES))('a row that is deleted and restored under its id is attached again', async () => {
  const { sandbox, ended, handle } = await setUp([USER], [PROJECT]);
  for (const name of RESTORED) await handle(name);
  expect(sandbox.state()).toEqual({ [USER]: { [PROJECT]: 100 } });
  expect(ended.map(({ outcome, deadLetterReason }) => deadLetterReason ?? outcome)).toEqual([
    'succeeded',
    'succeeded',
    'MissingImage',
    'succeeded',
    'succeeded',
  ]);
});

it.runIf(existsSync(CASES)).each([1, 2, 3, 4, 5, 6, 7, 8])(
  'in whatever order the five messages come, some of them twice (order %i)',
  async (seed) => {
    const { sandbox, ended, handle } = await setUp([USER], [PROJECT]);
    const random = seededRandom(seed);
    for (const name of random.shuffle([...RESTORED, ...RESTORED.slice(0, 3)])) await handle(name);
    expect(sandbox.state()).toEqual({ [USER]: { [PROJECT]: 100 } });
    const refused = ended.filter(({ deadLetterReason }) => deadLetterReason !== undefined);
    for (const one of refused)
      expect(one).toMatchObject({ case: RESTORED[2], deadLetterReason: 'MissingImage' });
  },
);

it.runIf(existsSync(CASES))('an event of a copied sandbox changes nothing', async () => {
  const { sandbox, ended, handle } = await setUp([USER], [PROJECT]);
  await handle('06-restored-1-create');
  await handle('11-copied-sandbox');
  expect(sandbox.state()).toEqual({ [USER]: { [PROJECT]: 50 } });
  expect(ended.at(-1)).toMatchObject({ outcome: 'deadlettered', deadLetterReason: 'WrongOrganization' });
});
