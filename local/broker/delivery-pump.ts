import type { QueueListener } from './queue-listener.ts';

export interface Consumer {
  readonly isReady: boolean;
  /** Takes one message from the queue and sends it. */
  receiveOne(): void;
}

export interface PumpedQueue {
  readonly hasActive: boolean;
  listen(listener: QueueListener): void;
}

/** Hands a queue's active messages to its receivers in turn, as long as one has credit. */
export class DeliveryPump {
  readonly #queue: PumpedQueue;
  readonly #consumers: Consumer[] = [];
  #next = 0;
  #isRunning = false;

  constructor(queue: PumpedQueue) {
    this.#queue = queue;
    queue.listen({ available: () => this.run() });
  }

  add(consumer: Consumer): void {
    this.#consumers.push(consumer);
  }

  remove(consumer: Consumer): void {
    const index = this.#consumers.indexOf(consumer);
    if (index >= 0) this.#consumers.splice(index, 1);
  }

  run(): void {
    // Receiving changes the queue, which announces what is still available.
    if (this.#isRunning) return;
    this.#isRunning = true;
    try {
      while (this.#queue.hasActive) {
        const consumer = this.#nextReady();
        if (consumer === undefined) return;
        consumer.receiveOne();
      }
    } finally {
      this.#isRunning = false;
    }
  }

  #nextReady(): Consumer | undefined {
    for (let tried = 0; tried < this.#consumers.length; tried++) {
      this.#next = (this.#next + 1) % this.#consumers.length;
      const consumer = this.#consumers[this.#next];
      if (consumer?.isReady) return consumer;
    }
    return undefined;
  }
}
