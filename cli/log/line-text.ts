import type { LocalLogLine } from '../../local/local-log.ts';
import { localTime } from '../frame/local-time.ts';

/** Fields that are said in words of their own, and those that say nothing to a person who looks on. */
const NOT_LISTED: ReadonlySet<string> = new Set([
  'time',
  'preset',
  'evt',
  'outcome',
  'operation',
  'entity',
  'recordId',
  'messageId',
  'correlationId',
  'requestId',
  'operationId',
  'orgName',
  'sequenceNumber',
  'depth',
  'deliveryCount',
  'queueLagMs',
  'deadLetterReason',
  'skipReason',
  'corMethod',
  'corPath',
  'dependency',
  'errorClass',
  'errorCode',
  'httpStatus',
  'corRequestId',
  'corCalls',
  'coalesced',
  'durationMs',
  'delayMs',
  'attempt',
  'replayed',
]);

/** How a message ended, or what else happened, in a word or two. */
function whatHappened(line: LocalLogLine): string {
  const { evt, outcome, deadLetterReason, skipReason, corMethod, corPath } = line;
  if (deadLetterReason !== undefined) return `dead letter ${deadLetterReason}`;
  if (skipReason !== undefined) return `skipped (${skipReason})`;
  if (evt === 'cor.call') return `COR ${corMethod} ${corPath}`;
  return String(outcome ?? evt);
}

/** What is known beside: why, how often, how long. */
function details(line: LocalLogLine): string[] {
  const { errorCode, httpStatus, delayMs, attempt, replayed, coalesced, corCalls, durationMs } = line;
  const status = httpStatus === undefined ? [] : [`HTTP ${httpStatus}`];
  return [
    ...(errorCode === undefined ? status : [[errorCode, ...status].join(', ')]),
    ...(delayMs === undefined ? [] : [`again in ${Number(delayMs) / 1_000} s`]),
    ...(attempt === undefined ? [] : [`attempt ${Number(attempt) + 1}`]),
    ...(replayed === undefined ? [] : ['replayed']),
    ...(corCalls === undefined ? [] : [`COR calls ${corCalls}`]),
    ...(coalesced === undefined || coalesced === 1 ? [] : [`shared by ${coalesced} messages`]),
    ...(durationMs === undefined ? [] : [`${durationMs} ms`]),
    ...Object.entries(line)
      .filter(([name, value]) => !NOT_LISTED.has(name) && value !== undefined)
      .map(([name, value]) => `${name} ${String(value)}`),
  ];
}

/**
 * One line of the log for a person: when, what happened to which row, what else is known, and which connector
 * says so.
 */
export function lineText(line: LocalLogLine): string {
  const about = [line.operation, line.recordId ?? line.messageId]
    .filter((part) => part !== undefined)
    .join(' ');
  const said = [whatHappened(line), about, details(line).join('; ')].filter(Boolean).join('  ');
  return `${localTime(line.time)}  ${said}  [${line.preset}]`;
}
