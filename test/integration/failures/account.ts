import type { ServiceBusMessage } from '@azure/service-bus';
import { expect } from 'vitest';
import { peekAll } from '../../../local/broker/peek-all.ts';
import { QUEUE } from '../test-stack.ts';
import type { FailingSystem } from './failing-system.ts';

/** Where each of the sent messages is, by message id. Every one of them is in exactly one place. */
interface Account {
  /** Handled, and completed in the queue under the number that the log names. */
  readonly completed: readonly string[];
  readonly deadLettered: readonly string[];
  /** In the queue: active, locked or scheduled. */
  readonly waiting: readonly string[];
  readonly lost: readonly string[];
}

async function account(system: FailingSystem, sent: readonly ServiceBusMessage[]): Promise<Account> {
  const waiting = await peekAll(system.broker.connectionString, QUEUE);
  const deadLetters = await system.deadLetters();
  const handled = new Set(
    system.lines.flatMap(({ evt, messageId, sequenceNumber }) =>
      evt === 'message.completed' && system.departures.get(Number(sequenceNumber)) === 'completed'
        ? [String(messageId)]
        : [],
    ),
  );
  const place = (id: string): keyof Account => {
    if (waiting.has(id)) return 'waiting';
    if (deadLetters.has(id)) return 'deadLettered';
    return handled.has(id) ? 'completed' : 'lost';
  };
  const found: Record<keyof Account, string[]> = { completed: [], deadLettered: [], waiting: [], lost: [] };
  for (const { messageId } of sent) found[place(String(messageId))].push(String(messageId));
  return found;
}

/** sent = completed + dead-lettered + waiting, with these numbers, and none in no place at all. */
export async function expectAccount(
  system: FailingSystem,
  sent: readonly ServiceBusMessage[],
  wanted: Partial<Record<Exclude<keyof Account, 'lost'>, number>>,
): Promise<void> {
  const found = await account(system, sent);
  const counts = Object.fromEntries(Object.entries(found).map(([place, ids]) => [place, ids.length]));
  expect({ ...counts, lost: found.lost }).toEqual({
    completed: 0,
    deadLettered: 0,
    waiting: 0,
    ...wanted,
    lost: [],
  });
}
