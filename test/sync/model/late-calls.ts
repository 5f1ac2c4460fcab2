interface LateCall {
  /** When COR carries it out. */
  readonly at: number;
  /** Since when somebody may know that it is under way. */
  readonly since: number;
  readonly carryOut: () => void;
}

/** Calls that COR carries out after their client has given up, or has died. Times are the model's. */
export class LateCalls {
  private calls: LateCall[] = [];

  add(call: LateCall): void {
    this.calls.push(call);
  }

  /** Carries out what is due. */
  runUntil(now: number): void {
    const due = this.calls.filter(({ at }) => at <= now);
    this.calls = this.calls.filter(({ at }) => at > now);
    for (const { carryOut } of due) carryOut();
  }

  /** Is one under way of which somebody may have known at this time? */
  areUnderWaySince(time: number): boolean {
    return this.calls.some(({ since }) => since <= time);
  }

  get next(): number | undefined {
    return this.calls.length === 0 ? undefined : Math.min(...this.calls.map(({ at }) => at));
  }
}
