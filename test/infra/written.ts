import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startCorSandbox } from '../../local/cor/sandbox.ts';
import { listSamples } from '../../local/events/samples.ts';
import { STORY_DAY } from '../../local/events/story-day.ts';
import { createConnector, type World } from '../../src/connector.ts';
import { createHealth } from '../../src/health.ts';
import { createMemoryLedger } from '../../src/ledger/memory-ledger.ts';
import { parseDocument } from '../../src/ledger/parse-document.ts';
import type { LogLine } from '../../src/log.ts';
import { encodeUserMessage } from '../../src/messaging/user-message.ts';
import { readSettings } from '../../src/settings.ts';
import { NO_TELEMETRY } from '../../src/telemetry/telemetry.ts';
import { assignmentBody, PROJECT } from '../dead-letters/assignment-body.ts';
import { comparisons } from './written-comparisons.ts';

const record = (number: number) => `5b0f9f4e-3c86-4d0c-b4a4-0f9b7d6e000${number}`;

/** Each accident meets a user of its own. */
const USERS = {
  drifted: '1d6c1a52-0a65-4c58-9c2b-0f2d7a1b0001',
  created: '1d6c1a52-0a65-4c58-9c2b-0f2d7a1b0002',
  unlucky: '1d6c1a52-0a65-4c58-9c2b-0f2d7a1b0003',
  refused: '1d6c1a52-0a65-4c58-9c2b-0f2d7a1b0004',
  rejected: '1d6c1a52-0a65-4c58-9c2b-0f2d7a1b0005',
};

const SEED = JSON.parse(
  readFileSync(new URL('../../local/events/cor-seed.json', import.meta.url), 'utf8'),
) as { users: { id: string; name: string; email: string }[]; workspaces: { id: string; name: string }[] };

/** Another workspace, in the place of the one that the body names. */
const OTHER = PROJECT.replace(/1$/, '2');
const THIRD = PROJECT.replace(/1$/, '3');
const inProject = (body: Buffer, id: string) => Buffer.from(body.toString().replaceAll(PROJECT, id));
const inOther = (body: Buffer) => inProject(body, OTHER);

/** A COR that refuses everything, with a request id: the sandbox sends none. */
async function refusingCor() {
  const server = createServer((request, response) => {
    response.setHeader('x-request-id', 'request-1');
    if (request.url?.startsWith('/v1/oauth/token'))
      response.end(JSON.stringify({ access_token: 'a-token', expires_in: 3600 }));
    else
      response.writeHead(400).end(JSON.stringify({ name: 'CORCustomError', code: 'CTR006', message: 'no' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => server.close(),
  };
}

/** Steps that were registered wrongly: no version, a bulk message, a deletion whose image lacks the user. */
function wronglyRegistered(): Buffer[] {
  const json = (message: string, drop: string) => {
    const context = JSON.parse(assignmentBody(USERS.drifted, record(9)).toString());
    const [image] = context.PostEntityImages;
    image.value.Attributes = image.value.Attributes.filter(({ key }: { key: string }) => key !== drop);
    const pre = [{ ...image, key: 'PreImage' }];
    const images = message === 'Delete' ? { PostEntityImages: [], PreEntityImages: pre } : {};
    return Buffer.from(JSON.stringify({ ...context, MessageName: message, ...images }));
  };
  return [
    json('Create', 'versionnumber'),
    json('UpdateMultiple', 'none'),
    json('Delete', 'msdyn_bookableresourceid'),
  ];
}

type Handle = (body: Uint8Array, metadata?: Readonly<Record<string, unknown>>) => Promise<void>;

interface Written {
  readonly lines: readonly LogLine[];
  /** Method and path of each call of COR, as telemetry names it. */
  readonly calls: ReadonlySet<string>;
}

/**
 * What the connector really writes, all kinds of lines: its own message handling over the sandbox of COR, through good days and bad ones.
 */
export async function written(): Promise<Written> {
  const lines: LogLine[] = [];
  const calls = new Set<string>();
  const sandbox = await startCorSandbox({
    users: [...SEED.users, ...Object.values(USERS)],
    workspaces: [...SEED.workspaces, PROJECT, OTHER, THIRD],
  });
  const refusing = await refusingCor();
  const settings = readSettings({
    // Nothing listens there: the health check finds the queue out of reach, at once.
    ServiceBusConnection:
      'Endpoint=sb://127.0.0.1:1;SharedAccessKeyName=n;SharedAccessKey=k;UseDevelopmentEmulator=true',
    ServiceBusQueueName: 'assignments',
    LedgerStorage: 'memory',
    COR_BASE_URL: sandbox.baseUrl,
    COR_TOKEN_URL: sandbox.tokenUrl,
    COR_API_KEY: sandbox.apiKey,
    COR_CLIENT_SECRET: sandbox.clientSecret,
    COR_TODAY: STORY_DAY,
    COR_CREATE_MISSING_WORKSPACES: 'false',
    UNMAPPED_GRACE: '0s',
  });
  const log = (_level: string, line: LogLine) => void lines.push(line);
  // In the week that the rows below are planned for.
  let now = Date.UTC(2026, 0, 6);
  const world: Partial<World> = {
    ledger: createMemoryLedger(),
    settlement: { deadLetter: async () => {} },
    retryQueue: { schedule: async () => {}, close: async () => {} },
    telemetry: {
      corCall(start) {
        calls.add(`${start.method} ${start.pathTemplate}`);
        return NO_TELEMETRY.corCall(start);
      },
    },
    clock: {
      now: () => now,
      async sleep(ms) {
        now += ms;
      },
    },
  };
  const connector = createConnector(settings, log, world);
  const opened = [connector];

  /** A connector beside the first, which shares its ledger unless `other` says otherwise. */
  function beside(other: Partial<World>, cor: Partial<typeof settings.cor> = {}) {
    const one = createConnector({ ...settings, cor: { ...settings.cor, ...cor } }, log, {
      ...world,
      ...other,
    });
    opened.push(one);
    return one;
  }

  let sequence = 0;
  const handle =
    (one = connector): Handle =>
    (body, metadata = {}) => {
      sequence += 1;
      const given = {
        lockToken: `lock-${sequence}`,
        messageId: `message-${sequence}`,
        sequenceNumber: sequence,
        deliveryCount: 1,
        enqueuedTimeUtc: new Date(now - 1_000).toISOString(),
        contentType: 'application/json',
        ...metadata,
      };
      return one.handle(body, given).catch(() => undefined);
    };

  try {
    for (const { body, contentType, applicationProperties } of listSamples().filter(
      ({ preset }) => preset === 'resource-assignment',
    ))
      await handle()(body, { contentType, applicationProperties });

    for (const body of wronglyRegistered()) await handle()(body);

    const first = assignmentBody(USERS.drifted, record(1));
    await handle()(first);
    await handle()(first, { deliveryCount: 2 });
    await handle()(first, { applicationProperties: { corReplayed: true } });
    // Twice 100 % in one workspace.
    await handle()(assignmentBody(USERS.drifted, record(2)));

    // COR forgets a workspace that the user has; a message about another one finds out.
    await handle()(inOther(assignmentBody(USERS.drifted, record(3))));
    await handle()(inProject(assignmentBody(USERS.drifted, record(0)), THIRD));
    sandbox.removeWorkspace(OTHER);
    const verify = encodeUserMessage({
      schema: 1,
      why: 'reconcile',
      user: USERS.drifted,
      changes: [],
      reassert: true,
    });
    await handle()(verify.body, { contentType: verify.contentType });
    await handle()(first, { deliveryCount: 2 });
    await handle(beside({}, { createMissingWorkspaces: true }))(
      inOther(assignmentBody(USERS.created, record(4))),
    );

    sandbox.failNext(1, { status: 503 });
    const unlucky = assignmentBody(USERS.unlucky, record(5));
    await handle()(unlucky);
    now += 60_000;
    await handle()(unlucky, { applicationProperties: { corAttempt: 1 } });

    // Two users whom COR refuses are everybody: the third message waits without a call.
    sandbox.set({ forbid: true });
    const forbidden = handle(beside({}));
    await forbidden(assignmentBody(USERS.refused, record(6)));
    await forbidden(assignmentBody(USERS.created, record(8)));
    await forbidden(assignmentBody(USERS.drifted, record(9)));
    sandbox.set({ forbid: false });
    now += 60_000;
    await forbidden(assignmentBody(USERS.refused, record(6)));
    const refusal = { baseUrl: refusing.baseUrl, tokenUrl: `${refusing.baseUrl}/v1/oauth/token` };
    await handle(beside({}, refusal))(assignmentBody(USERS.rejected, record(7)));

    const deaf = beside({
      settlement: {
        async deadLetter() {
          throw new Error('The host does not answer.');
        },
      },
    });
    await handle(deaf)(Buffer.from('not JSON'));

    const damaged = beside({
      ledger: {
        ...createMemoryLedger(),
        load: async (user) => ({
          document: parseDocument('{', user, 'in memory', '2026-03-04'),
          etag: undefined,
        }),
      },
    });
    await handle(damaged)(first);
    for (const line of await comparisons()) log('info', line);
    const health = createHealth(settings, connector, log);
    await health.report();
    await health.close();
    return { lines, calls };
  } finally {
    refusing.stop();
    await Promise.all(opened.map((one) => one.close()));
    await sandbox.stop();
  }
}
