import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import Table from 'cli-table3';
import { startCorSandbox } from '../local/cor/sandbox.ts';
import { STORY_DAY } from '../local/events/story-day.ts';
import { dataverseBody } from '../local/histories/dataverse-body.ts';
import { startLocalStorage } from '../local/storage/azurite.ts';
import { systemClock } from '../src/clock.ts';
import { createConnector } from '../src/connector.ts';
import { createBlobLedger } from '../src/ledger/blob-ledger.ts';
import { MAX_DOCUMENT_AGE_MS } from '../src/ledger/recent-documents.ts';
import { readSettings } from '../src/settings.ts';

/**
 * What a message costs in calls: COR calls and blob operations, and how long it takes, for messages that reach one process all at
 * once. Azurite is a process of its own, the COR sandbox answers without latency in this one; there is no Service Bus in it.
 */
export interface LedgerCost {
  readonly what: string;
  readonly messages: number;
  readonly corCalls: number;
  readonly loads: number;
  readonly saves: number;
  readonly milliseconds: number;
  /** How the messages ended, with their number. */
  readonly outcomes: Readonly<Record<string, number>>;
}

interface Event {
  readonly user: string;
  readonly record: string;
  readonly project: string;
  readonly version: number;
}

const AT = Date.UTC(2026, 2, 1);

function body({ user, record, project, version }: Event): Buffer {
  return dataverseBody({
    record,
    message: 'Create',
    before: undefined,
    after: { user, project, share: { percentage: 0.25 }, active: true },
    versions: { before: undefined, after: version },
    modifiedOn: { before: AT, after: AT },
  });
}

const many = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));

export interface Sizes {
  readonly users: number;
  readonly waiting: number;
  readonly copies: number;
}

export async function measureLedgerCosts({ users, waiting, copies }: Sizes): Promise<LedgerCost[]> {
  const [storage, sandbox] = await Promise.all([
    startLocalStorage(),
    startCorSandbox({ switches: { unknownIds: 'accept' } }),
  ]);
  const operations = { load: 0, save: 0 };
  const outcomes = new Map<string, number>();
  const settings = readSettings({
    ServiceBusConnection: 'Endpoint=sb://127.0.0.1/;SharedAccessKeyName=none;SharedAccessKey=none',
    ServiceBusQueueName: 'none',
    COR_BASE_URL: sandbox.baseUrl,
    COR_TOKEN_URL: sandbox.tokenUrl,
    COR_API_KEY: sandbox.apiKey,
    COR_CLIENT_SECRET: sandbox.clientSecret,
    COR_TODAY: STORY_DAY,
    LedgerStorage: storage.connectionString,
    MAPPING: 'project-team',
  });
  if (settings.ledger === 'memory') throw new Error('The ledger has to be in storage.');
  const ledger = createBlobLedger(settings.ledger, {
    onOperation: (operation) => {
      operations[operation] += 1;
    },
  });
  // It stands still within a measurement: what is remembered for a second is remembered, on any machine.
  let now = systemClock.now();
  const connector = createConnector(
    settings,
    (_level, { outcome }) => {
      if (outcome !== undefined) outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    },
    { ledger, clock: { ...systemClock, now: () => now } },
  );
  let sequence = 0;
  const handle = (bytes: Buffer): Promise<void> => {
    sequence += 1;
    return connector.handle(bytes, {
      lockToken: `${sequence}`,
      sequenceNumber: sequence,
      deliveryCount: 1,
      contentType: 'application/json',
    });
  };

  async function measure(
    what: string,
    bodies: readonly Buffer[],
    together: 'together' | 'oneByOne' = 'together',
  ): Promise<LedgerCost> {
    Object.assign(operations, { load: 0, save: 0 });
    outcomes.clear();
    now += 2 * MAX_DOCUMENT_AGE_MS;
    sandbox.clearCalls();
    const started = performance.now();
    if (together === 'together') await Promise.all(bodies.map(handle));
    else for (const one of bodies) await handle(one);
    const milliseconds = performance.now() - started;
    const { attach, detach } = sandbox.counts.byOperation;
    return {
      what,
      messages: bodies.length,
      corCalls: attach + detach,
      loads: operations.load,
      saves: operations.save,
      milliseconds,
      outcomes: Object.fromEntries(outcomes),
    };
  }

  const projects = many(8, () => randomUUID());
  const event = (user: string, index: number): Event => ({
    user,
    record: randomUUID(),
    project: projects[index % projects.length] ?? '',
    version: index + 1,
  });
  try {
    // Connections, token and container are there, and the code is warm, before anything is measured.
    for (let round = 0; round < 3; round += 1)
      await Promise.all(many(20, (index) => handle(body(event(randomUUID(), index)))));
    const waits = randomUUID();
    const repeated = body(event(randomUUID(), 1));
    const known = event(randomUUID(), 1);
    await handle(body(known));
    return [
      await measure(
        'one message of each user',
        many(users, (index) => body(event(randomUUID(), index))),
      ),
      await measure(
        'messages of one user, waiting together',
        many(waiting, (index) => body(event(waits, index))),
      ),
      await measure(
        'messages of one user, one after another',
        many(users, (index) => body(event(waits, waiting + index))),
        'oneByOne',
      ),
      await measure(
        'copies of one message, new',
        many(copies, () => repeated),
      ),
      await measure(
        'copies of one message, known already',
        many(copies, () => body(known)),
      ),
    ];
  } finally {
    await connector.close();
    await Promise.all([sandbox.stop(), storage.stop()]);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const table = new Table({
    head: ['', 'Messages', 'COR calls', 'Blob reads', 'Blob writes', 'ms in all', 'ms a message', 'Outcomes'],
    style: { head: [], border: [] },
  });
  for (const cost of await measureLedgerCosts({ users: 200, waiting: 200, copies: 1_000 })) {
    const { what, messages, corCalls, loads, saves, milliseconds, outcomes } = cost;
    const ended = Object.entries(outcomes).map(([outcome, count]) => `${count} ${outcome}`);
    table.push([
      what,
      messages,
      corCalls,
      loads,
      saves,
      milliseconds.toFixed(0),
      (milliseconds / messages).toFixed(2),
      ended.join(', '),
    ]);
  }
  console.log(table.toString());
}
