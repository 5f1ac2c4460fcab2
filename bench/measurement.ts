/** What a figure is to reach: a limit of its ratio, or of the value itself where the unit is given. */
export interface Target {
  readonly limit: 'atMost' | 'atLeast';
  readonly bound: number;
  /** Judge the value, in its unit, and not the ratio. */
  readonly of?: 'value';
}

/** One figure of a run. Value and reference have the same unit. */
export interface Measurement {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly reference?: number;
  /** As the target counts it: value ÷ reference, or the other way round where more is worse. */
  readonly ratio?: number;
  /** How far the middle half of the rounds lies apart, as a share of their median. */
  readonly spread?: number;
  /** A count, a size or processor time: what else runs on the machine does not change it. */
  readonly steady?: true;
  /** Without one the figure is only reported. */
  readonly target?: Target;
}

export const atMost = (bound: number): Target => ({ limit: 'atMost', bound });
export const atLeast = (bound: number): Target => ({ limit: 'atLeast', bound });
export const valueAtMost = (bound: number): Target => ({ limit: 'atMost', bound, of: 'value' });

/** How much of everything a run does: the whole of it, or just enough to see that it works. */
export type Size = 'full' | 'quick';

/** A rate at a number of COR calls in flight, beside the most that COR's latency allows. */
export interface RatePoint {
  readonly concurrency: number;
  readonly rate: number;
  readonly ideal: number;
}

/** What the costs of a million events are worked out from. */
export interface CostFacts {
  /** Of distinct users, with 16 calls in flight of 150 ms. */
  readonly eventsPerSecond: number;
  /** Bytes of telemetry for an event, not compressed. */
  readonly telemetryBytes: number;
  /** Storage operations for an event. */
  readonly reads: number;
  readonly writes: number;
}

export interface Outcome {
  readonly measurements: readonly Measurement[];
  /** For the plot of rate against concurrency. */
  readonly rates?: readonly RatePoint[];
  /** For the table of costs. */
  readonly facts?: Partial<CostFacts>;
}

/** One part of the benchmark, run in a process of its own. */
export interface Scenario {
  /** Whatever lies beyond it is cut off, so that one part cannot hold up the others. */
  readonly limitSeconds: number;
  run(size: Size): Promise<Outcome>;
}
