import type { DeadLetterReason } from './dead-letter-reason.ts';
import type { IncompleteReason, SkipReason } from './dynamics/translation.ts';
import type { Service } from './failure.ts';
import { loggedId } from './logged-id.ts';
import type { SequenceNumber } from './sequence-number.ts';

export type LogLevel = 'info' | 'warn' | 'error';

/**
 * One line of the log. The field names are a contract: the queries, the alerts and the workbook read them.
 * No field holds a body, a token, a name or an e-mail address; ids are allowed.
 */
export interface LogLine {
  readonly evt: LogEvent;
  readonly outcome?:
    | 'succeeded'
    | 'skipped'
    | 'hydrated'
    | 'duplicate'
    | 'retry'
    | 'deadlettered'
    | 'abandoned';
  /** Dataverse's CorrelationId, RequestId and OperationId. */
  readonly correlationId?: string;
  readonly requestId?: string;
  readonly operationId?: string;
  readonly orgName?: string;
  readonly organizationId?: string;
  /** Logical name of the table, id of the row, Create | Update | Delete, depth of the execution context. */
  readonly entity?: string;
  readonly recordId?: string;
  readonly operation?: string;
  readonly depth?: number;
  readonly messageId?: string;
  readonly sequenceNumber?: SequenceNumber;
  readonly deliveryCount?: number;
  /** Scheduled copies sent for this message so far. */
  readonly attempt?: number;
  readonly replayed?: boolean;
  /** Why the connector sent the message, where it is one of its own: due | echo | reconcile | forget. */
  readonly why?: string;
  /** Milliseconds from the time the message first entered the queue to the start of its handling. */
  readonly queueLagMs?: number;
  readonly durationMs?: number;
  /** Messages that shared this one's COR call, itself included; COR calls made for them. */
  readonly coalesced?: number;
  readonly corCalls?: number;
  readonly corMethod?: string;
  readonly corPath?: string;
  readonly corRequestId?: string;
  /** The service that failed, its HTTP status, and its own code (or the network's) for what happened. */
  readonly dependency?: Service;
  readonly httpStatus?: number;
  readonly errorCode?: string;
  readonly errorClass?: 'transient' | 'permanent' | 'auth' | 'poison';
  readonly deadLetterReason?: DeadLetterReason;
  readonly skipReason?: SkipReason;
  /** The event came without `versionnumber`. */
  readonly versionMissing?: true;
  /** Why the event did not suffice, so that its row was read. */
  readonly incomplete?: IncompleteReason;
  /** The row is gone, and nobody knows whose it was. */
  readonly ownerUnknown?: true;
  /**
   * Milliseconds until the scheduled copy comes back, until a held message is tried or abandoned, or until a
   * pause may end.
   */
  readonly delayMs?: number;
  readonly reason?: string;
  /** Of a replay: dead letters that were meant, that were sent again, that could not be. */
  readonly selected?: number;
  readonly done?: number;
  readonly failed?: number;
  /** As it is; the written line has a hash in place of an id that is a name. */
  readonly workspaceId?: string;
  /** Users that the timer sent a message for. */
  readonly dueCount?: number;
  readonly percentage?: number;
  /** The percentage that COR took last. */
  readonly told?: number;
  /**
   * A comparison with Dataverse: its id, rows read, users compared, messages sent, and how many rows are in
   * each situation.
   */
  readonly run?: string;
  readonly rows?: number;
  readonly compared?: number;
  readonly unreadable?: number;
  readonly messages?: number;
  readonly equal?: number;
  readonly missingInLedger?: number;
  readonly staleInLedger?: number;
  readonly goneInDynamics?: number;
  readonly movedInDynamics?: number;
  readonly aheadInLedger?: number;
  readonly notTold?: number;
  readonly unidentified?: number;
  readonly unmappable?: number;
  readonly held?: number;
}

type LogEvent =
  | 'app.unhandledRejection'
  | 'setting.unusual'
  | 'message.completed'
  | 'message.retried'
  | 'message.held'
  | 'message.deadlettered'
  | 'message.abandoned'
  | 'message.propertyIgnored'
  | 'message.versionMissing'
  | 'cor.call'
  | 'cor.drift'
  | 'cor.differed'
  | 'cor.tokenLifetime'
  | 'user.notTold'
  | 'due.sent'
  | 'reconcile.finished'
  | 'reconcile.failed'
  | 'cor.workspaceCreated'
  | 'percentage.capped'
  | 'percentage.zero'
  | 'pause.started'
  | 'pause.ended'
  | 'dataverse.dateKind'
  | 'ledger.unreadable'
  | 'organization.pinned'
  | 'organization.unknown'
  | 'organization.differs'
  | 'health.degraded'
  | 'deadLetters.replayed'
  | 'telemetry.off'
  | 'telemetry.setting'
  | 'telemetry.undelivered'
  | 'telemetry.delivered';

export type Log = (level: LogLevel, line: LogLine) => void;

/** One JSON object on one line: readable the same way from classic telemetry, OpenTelemetry and a console. */
export function formatLogLine(line: LogLine): string {
  const { workspaceId } = line;
  // Here and not where the lines are made: one place cannot be forgotten.
  return JSON.stringify(workspaceId === undefined ? line : { ...line, workspaceId: loggedId(workspaceId) });
}
