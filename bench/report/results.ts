import type { Measurement, Target } from '../measurement.ts';

/** A line of bench/results.json. */
export interface Result {
  readonly name: string;
  /** `null` when the figure could not be measured. */
  readonly value: number | null;
  readonly unit: string;
  readonly reference: number | null;
  readonly ratio: number | null;
  /** `≤ 2`, `≥ 0.85`, `≤ 20 MB`; `null` when the figure is only reported. */
  readonly target: string | null;
  readonly met: boolean | null;
}

/** As many digits as mean something. */
function rounded(value: number): number {
  if (Math.abs(value) < 1) return Math.round(value * 1000) / 1000 + 0;
  return Number(value.toPrecision(Math.abs(value) >= 1000 ? 4 : 3));
}

function describe({ limit, bound, of }: Target, unit: string): string {
  return `${limit === 'atMost' ? '≤' : '≥'} ${bound}${of === 'value' ? ` ${unit}` : ''}`;
}

function isMet({ limit, bound, of }: Target, { value, ratio }: Measurement): boolean {
  const judged = of === 'value' ? value : ratio;
  if (judged === undefined || Number.isNaN(judged)) return false;
  return limit === 'atMost' ? judged <= bound : judged >= bound;
}

export function toResult(measurement: Measurement): Result {
  const { name, value, unit, reference, ratio, target } = measurement;
  return {
    name,
    value: rounded(value),
    unit,
    reference: reference === undefined ? null : rounded(reference),
    ratio: ratio === undefined ? null : rounded(ratio),
    target: target ? describe(target, unit) : null,
    met: target ? isMet(target, measurement) : null,
  };
}

/** The line of a scenario that failed to run: a gap must not look like a figure that was never asked for. */
export function notMeasured(scenario: string): Result {
  return {
    name: `${scenario}: not measured, see the output of the run`,
    value: null,
    unit: '',
    reference: null,
    ratio: null,
    target: null,
    met: false,
  };
}
