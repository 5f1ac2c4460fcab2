import type { Measurement, Target } from '../measurement.ts';

/** `inconclusive`: others kept the machine so busy that the figure says nothing. `notMeasured`: the part failed to run. */
export type Verdict = 'met' | 'missed' | 'inconclusive' | 'notMeasured';

/** A line of bench/results.json. Figures are `null` when they could not be measured, or say nothing. */
export interface Result {
  readonly name: string;
  readonly value: number | null;
  readonly unit: string;
  readonly reference: number | null;
  readonly ratio: number | null;
  /** How far the middle half of the rounds lies apart, as a share of their median. */
  readonly spread?: number;
  /** `≤ 2`, `≥ 0.85`, `≤ 20 MB`. */
  readonly target?: string;
  /** Missing where there is no target and the figure stands. */
  readonly verdict?: Verdict;
}

/** Rounds that lie farther apart than this do not give a figure. */
const MAX_SPREAD = 0.2;
/** Wall-clock time for each unit of processor time that a busy loop got: above this others had the processor too often. */
const MAX_WAITING = 1.15;

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

function isInconclusive({ spread = 0, steady }: Measurement, waiting: number): boolean {
  return spread > MAX_SPREAD || (!steady && waiting > MAX_WAITING);
}

/** `waiting`: how busy others kept the machine meanwhile, 1 for not at all. */
export function toResult(measurement: Measurement, waiting = 1): Result {
  const { name, value, unit, reference, ratio, target, spread } = measurement;
  const saysNothing = isInconclusive(measurement, waiting);
  const figure = (number: number | undefined) =>
    number === undefined || saysNothing ? null : rounded(number);
  const judged = target && (isMet(target, measurement) ? 'met' : 'missed');
  const verdict = saysNothing ? 'inconclusive' : judged;
  return {
    name,
    value: figure(value),
    unit,
    reference: figure(reference),
    ratio: figure(ratio),
    ...(spread !== undefined && { spread: rounded(spread) }),
    ...(target && { target: describe(target, unit) }),
    ...(verdict && { verdict }),
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
    verdict: 'notMeasured',
  };
}
