/**
 * A binary heap that can also remove from its middle in O(log n). Own code because entries must leave as soon
 * as their message is settled: the usual heap packages only drop them when they reach the top, which would
 * keep settled messages in memory.
 */
export class OrderedHeap<T extends object> {
  readonly #entries: T[] = [];
  readonly #positions = new Map<T, number>();
  readonly #comesBefore: (a: T, b: T) => boolean;

  constructor(comesBefore: (a: T, b: T) => boolean) {
    this.#comesBefore = comesBefore;
  }

  get size(): number {
    return this.#entries.length;
  }

  get first(): T | undefined {
    return this.#entries[0];
  }

  add(entry: T): void {
    this.#entries.push(entry);
    this.#siftUp(entry, this.#entries.length - 1);
  }

  /** True when the entry was there. */
  remove(entry: T): boolean {
    const position = this.#positions.get(entry);
    if (position === undefined) return false;
    this.#positions.delete(entry);
    const last = this.#entries.pop();
    if (last !== undefined && last !== entry) {
      this.#siftUp(last, position);
      this.#siftDown(last, this.#positions.get(last) ?? position);
    }
    return true;
  }

  takeFirst(): T | undefined {
    const first = this.first;
    if (first !== undefined) this.remove(first);
    return first;
  }

  #place(entry: T, position: number): void {
    this.#entries[position] = entry;
    this.#positions.set(entry, position);
  }

  #siftUp(entry: T, from: number): void {
    let position = from;
    while (position > 0) {
      const parentPosition = (position - 1) >> 1;
      const parent = this.#entries[parentPosition];
      if (parent === undefined || !this.#comesBefore(entry, parent)) break;
      this.#place(parent, position);
      position = parentPosition;
    }
    this.#place(entry, position);
  }

  #siftDown(entry: T, from: number): void {
    let position = from;
    for (;;) {
      const left = this.#entries[2 * position + 1];
      if (left === undefined) break;
      const right = this.#entries[2 * position + 2];
      const [child, childPosition] =
        right !== undefined && this.#comesBefore(right, left)
          ? [right, 2 * position + 2]
          : [left, 2 * position + 1];
      if (!this.#comesBefore(child, entry)) break;
      this.#place(child, position);
      position = childPosition;
    }
    this.#place(entry, position);
  }
}
