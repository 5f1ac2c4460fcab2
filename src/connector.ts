import { type Clock, systemClock } from './clock.ts';
import { createCallSlots } from './cor/call-slots.ts';
import { type CircuitBreaker, createCircuitBreaker } from './cor/circuit-breaker.ts';
import type { CorClient } from './cor/cor-client.ts';
import { openCor } from './cor/open-cor.ts';
import type { CorCallEvent } from './cor/watch-call.ts';
import { type DueOptions, sendDueUsers } from './due/send-due-users.ts';
import type { Ledger } from './ledger/ledger.ts';
import type { NamedDocuments } from './ledger/named-documents.ts';
import { openLedger } from './ledger/open-ledger.ts';
import { ruleHash } from './ledger/rule-hash.ts';
import { planningDay } from './ledger/today.ts';
import type { Log } from './log.ts';
import { Echoes } from './messaging/echoes.ts';
import { LazyLookUps } from './messaging/lazy-look-ups.ts';
import { lookAtEnvironment } from './messaging/look-at-environment.ts';
import { OrganizationGuard } from './messaging/organization-guard.ts';
import { processMessage } from './messaging/process-message.ts';
import type { RetryQueue } from './messaging/retry-queue.ts';
import { RunningMessages } from './messaging/running-messages.ts';
import { createServiceBusRetryQueue } from './messaging/service-bus-retry-queue.ts';
import { createSettlement, type Settlement } from './messaging/settlement.ts';
import { VersionNotice } from './messaging/version-notice.ts';
import type { Settings } from './settings.ts';
import { createUserSync } from './sync/apply-changes.ts';
import { type MessageTrace, NO_TELEMETRY, type Telemetry } from './telemetry/telemetry.ts';
import { endedWithin } from './timeout.ts';

/** The host kills the worker five seconds after it was told to end; telemetry needs the last of them. */
const MESSAGES_MS = 3_500;
const CONNECTIONS_MS = 400;

/** Everything that touches the world; what is left out is the real thing. */
export interface World {
  readonly ledger: Ledger;
  readonly documents: NamedDocuments;
  readonly cor: CorClient;
  readonly settlement: Settlement;
  readonly retryQueue: RetryQueue;
  readonly clock: Clock;
  readonly telemetry: Pick<Telemetry, 'corCall'>;
  /** In [0, 1). */
  readonly random: () => number;
}

export interface Connector {
  /** Handles one Service Bus message: returns to have it completed, throws to have it abandoned. */
  handle(
    body: unknown,
    triggerMetadata: Readonly<Record<string, unknown>> | undefined,
    trace?: MessageTrace,
  ): Promise<void>;
  /**
   * Sends a message for each user whose percentages may have to change today. Rejects when that could not be
   * done.
   */
  sendDueUsers(): Promise<void>;
  readonly ledger: Ledger;
  readonly documents: NamedDocuments;
  readonly cor: CorClient;
  /** Keeps calls to COR back while they are useless. */
  readonly breaker: CircuitBreaker;
  /** What messages look up in Dataverse, where the settings name an environment. */
  readonly lookUps: LazyLookUps | undefined;
  /**
   * Looks once at the environment that is read, if one is. Never rejects: what cannot be read is told by
   * health.
   */
  start(): Promise<void>;
  close(): Promise<void>;
}

const ODD_LIFETIME =
  'The expires_in of the token reply is no number of seconds above 0 and up to a day: an hour is taken, or a day where it is more.';

function logFailedCall(log: Log): (call: CorCallEvent) => void {
  return ({ method, pathTemplate, failureClass, durationMs, status, code, requestId, correlationId }) => {
    if (failureClass === undefined) return;
    log('warn', {
      evt: 'cor.call',
      dependency: 'cor',
      corMethod: method,
      corPath: pathTemplate,
      durationMs: Math.round(durationMs),
      ...(status !== undefined && { httpStatus: status }),
      ...(code !== undefined && { errorCode: code }),
      ...(requestId !== undefined && { corRequestId: requestId }),
      ...(correlationId !== undefined && { correlationId }),
    });
  };
}

function lookUpsOf({ dataverse, mapping }: Settings, clock: Clock, log: Log): LazyLookUps | undefined {
  if (!dataverse) return undefined;
  return new LazyLookUps(async () => {
    const { openLookUps } = await import('./messaging/look-ups.ts');
    return openLookUps(dataverse, { mapping, now: () => clock.now(), log });
  });
}

/** Wires the parts together for one process. */
export function createConnector(settings: Settings, log: Log, world: Partial<World> = {}): Connector {
  const clock = world.clock ?? systemClock;
  const telemetry = world.telemetry ?? NO_TELEMETRY;
  const cor =
    world.cor ??
    openCor(settings.cor, {
      onCall: logFailedCall(log),
      onOddLifetime: () => log('warn', { evt: 'cor.tokenLifetime', dependency: 'cor', reason: ODD_LIFETIME }),
      startTrace: telemetry.corCall,
    });
  const opened = openLedger(settings.ledger);
  const ledger = world.ledger ?? opened.ledger;
  const documents = world.documents ?? opened.documents;
  const messages = new RunningMessages();
  const retryQueue = messages.guard(
    world.retryQueue ?? createServiceBusRetryQueue(settings.serviceBus, settings.source.queue),
  );
  const today = () => planningDay(settings, clock.now());
  const breaker = createCircuitBreaker({
    now: () => clock.now(),
    onOpen: (reason, delayMs) => log('warn', { evt: 'pause.started', reason, delayMs }),
    onClose: (reason, durationMs) => log('info', { evt: 'pause.ended', reason, durationMs }),
  });
  const users = createUserSync({
    ledger,
    cor,
    slots: createCallSlots(settings.cor.concurrency),
    breaker,
    rule: settings.mapping.percentage,
    now: () => clock.now(),
    today,
    log,
    createMissing: settings.cor.createMissingWorkspaces,
  });
  const due: DueOptions = {
    ledger,
    documents,
    queue: retryQueue,
    clock,
    log,
    today,
    rule: ruleHash(settings.mapping.percentage),
  };
  const lookUps = lookUpsOf(settings, clock, log);
  const { organization } = settings;
  const echoes = new Echoes(retryQueue, settings.cor.timeoutMs);
  const options = {
    mapping: settings.mapping,
    users,
    ledger,
    organizations: new OrganizationGuard({ organization, documents, clock, log }),
    settlement: world.settlement ?? createSettlement(),
    retryQueue,
    lookUps,
    echoes,
    policy: { retryWindowMs: settings.retryWindowMs, unmappedGraceMs: settings.unmappedGraceMs },
    clock,
    log,
    versionNotice: new VersionNotice(),
    ...(world.random && { random: world.random }),
  };
  return {
    ledger,
    documents,
    cor,
    lookUps,
    async start() {
      if (!lookUps) return;
      const environment = { organization, documents, clock, log };
      await lookUps
        .get()
        .then((opened) => lookAtEnvironment(opened, environment))
        .catch(() => undefined);
    },
    handle(body, triggerMetadata, trace) {
      if (!trace) return messages.run(() => processMessage(body, triggerMetadata, options));
      // The line that tells a message's outcome holds all that its trace has to say.
      const traced: Log = (level, line) => {
        if (line.outcome !== undefined) trace.outcome(line);
        log(level, line);
      };
      return messages.run(() => processMessage(body, triggerMetadata, { ...options, trace, log: traced }));
    },
    sendDueUsers: () => sendDueUsers(due),
    breaker,
    async close() {
      await messages.end(MESSAGES_MS);
      // Calls that hang would hold this up for as long as their time-out says.
      await endedWithin(
        CONNECTIONS_MS,
        Promise.allSettled([cor.close(), retryQueue.close(), lookUps?.close()]),
      );
    },
  };
}
