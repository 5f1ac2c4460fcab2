export function median(values: readonly number[]): number {
  if (values.length === 0) throw new Error('There is no median of nothing.');
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** How much y grows for each x along the straight line that fits best (least squares). */
export function slope(points: readonly Point[]): number {
  const meanX = points.reduce((sum, { x }) => sum + x, 0) / points.length;
  const meanY = points.reduce((sum, { y }) => sum + y, 0) / points.length;
  const spread = points.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0);
  if (spread === 0) throw new Error('A slope needs points at two or more places.');
  return points.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0) / spread;
}

/** Two sides of a comparison, measured in turns within one run. */
export interface Pair {
  readonly ours: number;
  readonly reference: number;
}

/** The value below which this share of the sorted values lies, between two of them in proportion. */
function quantile(sorted: readonly number[], share: number): number {
  const at = share * (sorted.length - 1);
  const below = sorted[Math.floor(at)] as number;
  const above = sorted[Math.ceil(at)] as number;
  return below + (above - below) * (at - Math.floor(at));
}

/** How far the middle half of the values lies apart, as a share of their median: small where the rounds agree. */
export function spread(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return (quantile(sorted, 0.75) - quantile(sorted, 0.25)) / median(sorted);
}

export interface Summary extends Pair {
  readonly ratio: number;
  /** Of the ratios. */
  readonly spread: number;
}

/** The median of each side, and the median of the ratios of the rounds: noise that hits both sides of a round leaves its ratio alone. */
export function summarize(rounds: readonly Pair[]): Summary {
  const ratios = rounds.map(({ ours, reference }) => ours / reference);
  return {
    ours: median(rounds.map(({ ours }) => ours)),
    reference: median(rounds.map(({ reference }) => reference)),
    ratio: median(ratios),
    spread: spread(ratios),
  };
}
