import { app, type HttpRequest, type HttpResponseInit } from '@azure/functions';
import { boundedList, boundedResult } from '../src/dead-letters/bounded-answer.ts';
import { withDeadLetters } from '../src/dead-letters/dead-letters.ts';
import type { Filter } from '../src/dead-letters/filter.ts';
import { replay } from '../src/dead-letters/replay.ts';
import { readReplayRequest } from '../src/dead-letters/replay-request.ts';
import { selectDeadLetters } from '../src/dead-letters/selection.ts';
import type { Settled } from '../src/dead-letters/settle.ts';
import { loggedId } from '../src/logged-id.ts';
import { serviceBusFailure } from '../src/messaging/service-bus-failure.ts';
import { settings } from './app.ts';
import { log } from './log.ts';

/**
 * Azure's load balancer gives up on a request after 230 s. What may be under way when this time is over (a
 * send, a completion and a release of 32 s each at most, 5 s to disconnect) ends before 200 s.
 */
const STOP_AFTER_MS = 90_000;
/** A filter may hold a thousand numbers. */
const MAX_AUDIT = 300;

async function answered(work: () => Promise<HttpResponseInit>): Promise<HttpResponseInit> {
  try {
    return await work();
  } catch (error) {
    return { status: 503, jsonBody: { error: serviceBusFailure(error).text } };
  }
}

function list(): Promise<HttpResponseInit> {
  const signal = AbortSignal.timeout(STOP_AFTER_MS);
  return answered(() =>
    withDeadLetters(settings, async (letters) => {
      const { list: found, complete } = await selectDeadLetters(letters, {}, { signal });
      return { jsonBody: { ...boundedList(found), complete } };
    }),
  );
}

/** One line for each replay: what was asked for, and what came of it. Ids of users stay out. */
function audit({ user, ...filter }: Filter, { selected, done, failed }: Settled): void {
  const which = JSON.stringify({ ...filter, ...(user !== undefined && { user: loggedId(user) }) });
  log('info', {
    evt: 'deadLetters.replayed',
    selected,
    done,
    failed: failed.length,
    reason: `Over HTTP, with a function key: ${which.slice(0, MAX_AUDIT)}`,
  });
}

async function replayThem(request: HttpRequest): Promise<HttpResponseInit> {
  const read = readReplayRequest(await request.text());
  if ('problems' in read) return { status: 400, jsonBody: { errors: read.problems } };
  const { dryRun, ...filter } = read.request;
  const signal = AbortSignal.timeout(STOP_AFTER_MS);
  return answered(() =>
    withDeadLetters(settings, async (letters) => {
      const selection = await selectDeadLetters(letters, filter, { signal });
      if (dryRun) return { jsonBody: { dryRun, ...boundedList(selection.list) } };
      const result = await replay(letters, selection, { signal });
      audit(filter, result);
      return { status: result.error === undefined ? 200 : 503, jsonBody: boundedResult(result) };
    }),
  );
}

const options = { authLevel: 'function', route: 'dead-letters' } as const;

app.http('listDeadLetters', { ...options, methods: ['GET'], handler: list });
app.http('replayDeadLetters', { ...options, methods: ['POST'], handler: replayThem });
