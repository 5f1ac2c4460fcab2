import type { DeadLetters } from '../../src/dead-letters/dead-letters.ts';
import type { Filter } from '../../src/dead-letters/filter.ts';
import { replay } from '../../src/dead-letters/replay.ts';
import { selectDeadLetters } from '../../src/dead-letters/selection.ts';
import type { Settled } from '../../src/dead-letters/settle.ts';
import { receiveUpTo } from '../receive-up-to.ts';
import { type Fixture, ids, QUEUE } from './dead-letter-fixture.ts';

export interface Run {
  signal?: AbortSignal;
  answerWithinMs?: number;
  receiveWithinMs?: number;
  onProgress?(done: number, total: number): void;
}

export async function replayThem(letters: DeadLetters, filter: Filter = {}, run: Run = {}): Promise<Settled> {
  const { signal = new AbortController().signal, ...rest } = run;
  return replay(letters, await selectDeadLetters(letters, filter), { signal, ...rest });
}

/** What can be received in the dead-letter queue, so what nobody holds; takes it away. */
export async function receivable({ client }: Fixture, count: number): Promise<string[]> {
  const receiver = client.createReceiver(QUEUE, {
    subQueueType: 'deadLetter',
    receiveMode: 'receiveAndDelete',
  });
  return ids(await receiveUpTo(receiver, count, 500));
}
