import { DataverseError } from '../dataverse/dataverse-error.ts';
import { storageFailure } from '../ledger/storage-failure.ts';
import type { LogLine } from '../log.ts';
import { serviceBusFailure } from '../messaging/service-bus-failure.ts';
import { SettingsError } from '../settings.ts';
import type { Report } from './report.ts';
import { RunError } from './run-error.ts';

/** The line that tells a finished run. */
export function finishedLine({
  run,
  durationMs,
  rows,
  users,
  unreadable,
  messages,
  counts,
}: Report): LogLine {
  return {
    evt: 'reconcile.finished',
    run,
    durationMs,
    rows,
    compared: users,
    unreadable,
    messages,
    ...counts,
  };
}

type Why = Pick<LogLine, 'dependency' | 'httpStatus' | 'errorCode' | 'reason'>;

function whyOf(error: unknown): Why {
  if (error instanceof RunError) return { errorCode: error.code, reason: error.message };
  if (error instanceof SettingsError) return { errorCode: error.name, reason: error.message };
  if (error instanceof DataverseError) {
    const { code, status, class: kind } = error.failure;
    return {
      dependency: 'dataverse',
      ...(status !== undefined && { httpStatus: status }),
      errorCode: code ?? (status === undefined ? kind : String(status)),
      // Dataverse's own words are left out: they may quote what a row holds.
      reason: error.message.split('\n').at(-1) ?? '',
    };
  }
  const { name, code, statusCode } = (error ?? {}) as {
    name?: unknown;
    code?: unknown;
    statusCode?: unknown;
  };
  if (code === 'ERR_WORKER_OUT_OF_MEMORY')
    return { errorCode: code, reason: 'The rows need more memory than a comparison may have, 1 GB.' };
  if (name === 'RestError' || statusCode !== undefined || name === 'DamagedDocumentError') {
    const { code: errorCode, status, description } = storageFailure(error, () => {});
    return {
      dependency: 'storage',
      ...(status !== undefined && { httpStatus: status }),
      ...(errorCode !== undefined && { errorCode }),
      reason: description,
    };
  }
  const { text } = serviceBusFailure(error);
  return { dependency: 'serviceBus', errorCode: String(code ?? name ?? 'Error'), reason: text };
}

/** The line that tells why a run ended before its end. */
export function failedLine(error: unknown, durationMs: number): LogLine {
  return { evt: 'reconcile.failed', durationMs: Math.round(durationMs), ...whyOf(error) };
}
