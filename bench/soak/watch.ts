import type { Broker } from '../../local/broker/broker.ts';

type Line = Readonly<Record<string, unknown>>;

/** What the log says of the messages and of COR, as it goes by. */
export interface Watch {
  hear(line: Line | undefined): void;
  /** Messages that were handled to their end: applied, skipped or found to be old. */
  readonly completed: ReadonlySet<string>;
  /** Lines by event. */
  readonly events: ReadonlyMap<string, number>;
  /** Pauses by reason. */
  readonly pauses: ReadonlyMap<string, number>;
  /** Deliveries after the first one of the same message in the queue. */
  readonly redeliveries: number;
  /** Resolves when so many messages have ended, in one way or the other. */
  ended(count: number): Promise<void>;
}

/** A message counts as completed when the log says so and the broker has completed it under the number that the log names. */
export function createWatch(broker: Broker, queue: string): Watch {
  const completed = new Set<string>();
  const events = new Map<string, number>();
  const pauses = new Map<string, number>();
  const departed = new Set<number>();
  const handled = new Map<number, string>();
  let waiting: { count: number; resolve: () => void }[] = [];
  let dead = 0;
  let redeliveries = 0;

  function tell(): void {
    waiting = waiting.filter(({ count, resolve }) => {
      if (completed.size + dead < count) return true;
      resolve();
      return false;
    });
  }

  function join(sequenceNumber: number): void {
    const id = handled.get(sequenceNumber);
    if (id === undefined || !departed.has(sequenceNumber)) return;
    completed.add(id);
    handled.delete(sequenceNumber);
    departed.delete(sequenceNumber);
    tell();
  }

  broker.onSettled(({ queue: from, sequenceNumber, outcome }) => {
    if (from !== queue) return;
    if (outcome === 'completed') {
      departed.add(sequenceNumber);
      join(sequenceNumber);
    } else {
      dead += 1;
      tell();
    }
  });

  return {
    completed,
    events,
    pauses,
    get redeliveries() {
      return redeliveries;
    },
    hear(line) {
      if (!line) return;
      const event = String(line.evt);
      events.set(event, (events.get(event) ?? 0) + 1);
      if (event === 'pause.started') {
        const reason = String(line.reason);
        pauses.set(reason, (pauses.get(reason) ?? 0) + 1);
      }
      if (Number(line.deliveryCount) > 1) redeliveries += 1;
      if (event !== 'message.completed') return;
      const sequenceNumber = Number(line.sequenceNumber);
      handled.set(sequenceNumber, String(line.messageId));
      join(sequenceNumber);
    },
    ended: (count) =>
      new Promise((resolve) => {
        waiting.push({ count, resolve });
        tell();
      }),
  };
}
