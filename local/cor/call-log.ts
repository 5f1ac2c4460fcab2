import type { IncomingMessage } from 'node:http';
import type { Operation, Route } from './routes.ts';

/** A request as the sandbox saw it. */
export interface RecordedCall {
  /** Epoch milliseconds of its arrival. */
  readonly at: number;
  readonly method: string;
  /** As sent: encoded, with its query. */
  readonly path: string;
  readonly operation: Operation;
  /** External id of the user (attach, detach) or workspace (update), decoded. */
  readonly id: string;
  /** Parsed JSON, or the text where it is none; undefined without a body. */
  readonly body: unknown;
  /** `content-type`, `accept`, `user-agent`, `x-correlation-id`, `traceparent`, as far as sent. */
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined while unanswered, and for good when the connection was dropped. */
  status?: number;
  durationMs?: number;
}

export interface CallCounts {
  total: number;
  readonly byOperation: Record<Operation, number>;
  byStatus: Record<string, number>;
  inFlight: number;
  maxInFlight: number;
}

/** Older calls are forgotten, so that a load test does not fill the memory. The counts go on. */
const MAX_CALLS = 10_000;
const HEADERS = ['content-type', 'accept', 'user-agent', 'x-correlation-id', 'traceparent'];

export interface CallLog {
  readonly calls: readonly RecordedCall[];
  readonly counts: CallCounts;
  begin(request: IncomingMessage, route: Route, body: unknown): RecordedCall;
  /** To be called before the answer is sent, so that whoever has received it finds it recorded. */
  answered(call: RecordedCall, status: number): void;
  /** The connection is done with the request, answered or not. */
  end(call: RecordedCall): void;
  clear(): void;
}

export function createCallLog(): CallLog {
  const calls: RecordedCall[] = [];
  const counts: CallCounts = {
    total: 0,
    byOperation: {
      token: 0,
      attach: 0,
      detach: 0,
      createWorkspace: 0,
      updateWorkspace: 0,
      createUser: 0,
      unknown: 0,
    },
    byStatus: {},
    inFlight: 0,
    maxInFlight: 0,
  };
  return {
    calls,
    counts,
    begin(request, route, body) {
      const headers = HEADERS.flatMap((name) => {
        const value = request.headers[name];
        return typeof value === 'string' ? [[name, value]] : [];
      });
      const call: RecordedCall = {
        at: Date.now(),
        method: request.method ?? '',
        path: request.url ?? '',
        operation: route.operation,
        id: route.id,
        body,
        headers: Object.fromEntries(headers),
      };
      calls.push(call);
      if (calls.length > MAX_CALLS) calls.shift();
      counts.total += 1;
      counts.byOperation[route.operation] += 1;
      counts.inFlight += 1;
      counts.maxInFlight = Math.max(counts.maxInFlight, counts.inFlight);
      return call;
    },
    answered(call, status) {
      call.status = status;
      call.durationMs = Date.now() - call.at;
      counts.byStatus[status] = (counts.byStatus[status] ?? 0) + 1;
    },
    end(call) {
      counts.inFlight -= 1;
      if (call.status === undefined) counts.byStatus.dropped = (counts.byStatus.dropped ?? 0) + 1;
    },
    clear() {
      calls.length = 0;
      counts.total = 0;
      counts.maxInFlight = counts.inFlight;
      counts.byStatus = {};
      for (const operation of Object.keys(counts.byOperation) as Operation[])
        counts.byOperation[operation] = 0;
    },
  };
}
