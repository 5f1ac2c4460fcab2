import type { RatePoint } from '../measurement.ts';

/*
 * A plot in plain SVG, by hand: the installed packages hold none that draws, and one for a single picture of two lines would bring more
 * code than there is here.
 */

const WIDTH = 640;
const HEIGHT = 400;
const LEFT = 70;
const RIGHT = 20;
const TOP = 50;
const BOTTOM = 60;

const INK = '#57606a';
const GRID = '#8c959f';
const MEASURED = '#0969da';
const IDEAL = '#bc4c00';

type Scale = (value: number) => number;

/** Equal factors get equal lengths: both the calls and the rates span more than two orders of magnitude. */
function logScale(from: number, to: number, start: number, end: number): Scale {
  const span = Math.log(to / from);
  return (value) => start + ((end - start) * Math.log(value / from)) / span;
}

/** Powers of ten from below the least to above the greatest value. */
export function decades(values: readonly number[]): number[] {
  const first = Math.floor(Math.log10(Math.min(...values)));
  const last = Math.max(first + 1, Math.ceil(Math.log10(Math.max(...values))));
  return Array.from({ length: last - first + 1 }, (_, at) => 10 ** (first + at));
}

const round = (value: number): string => String(Math.round(value * 10) / 10);

function polyline(points: readonly (readonly [number, number])[], colour: string, dash = ''): string {
  const at = points.map(([x, y]) => `${round(x)},${round(y)}`).join(' ');
  return `<polyline points="${at}" fill="none" stroke="${colour}" stroke-width="2"${dash && ` stroke-dasharray="${dash}"`}/>`;
}

function text(x: number, y: number, content: string, attributes = ''): string {
  return `<text x="${round(x)}" y="${round(y)}" fill="${INK}"${attributes && ` ${attributes}`}>${content}</text>`;
}

function gridLine(x1: number, y1: number, x2: number, y2: number): string {
  return `<line x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}" stroke="${GRID}" stroke-width="0.5" opacity="0.6"/>`;
}

/** Messages per second against COR calls in flight, both on logarithmic axes: a measured and an ideal line. */
export function ratePlot(points: readonly RatePoint[], title: string): string {
  if (points.length < 2) throw new Error('A plot needs two or more points.');
  const sorted = points.toSorted((a, b) => a.concurrency - b.concurrency);
  const calls = sorted.map(({ concurrency }) => concurrency);
  const rates = decades(sorted.flatMap(({ rate, ideal }) => [rate, ideal]));
  const x = logScale(calls[0] as number, calls.at(-1) as number, LEFT, WIDTH - RIGHT);
  const y = logScale(rates[0] as number, rates.at(-1) as number, HEIGHT - BOTTOM, TOP);
  const line = (value: (point: RatePoint) => number) =>
    sorted.map((point) => [x(point.concurrency), y(value(point))] as const);
  const measured = line(({ rate }) => rate);

  const parts = [
    `<title>${title}</title>`,
    text(LEFT, 22, title, 'font-size="14" font-weight="bold"'),
    ...calls.flatMap((value) => [
      gridLine(x(value), TOP, x(value), HEIGHT - BOTTOM),
      text(x(value), HEIGHT - BOTTOM + 18, String(value), 'text-anchor="middle"'),
    ]),
    ...rates.flatMap((value) => [
      gridLine(LEFT, y(value), WIDTH - RIGHT, y(value)),
      text(LEFT - 8, y(value) + 4, value.toLocaleString('en'), 'text-anchor="end"'),
    ]),
    text(
      (LEFT + WIDTH - RIGHT) / 2,
      HEIGHT - 16,
      'COR calls in flight (COR_CONCURRENCY)',
      'text-anchor="middle"',
    ),
    text(
      18,
      (TOP + HEIGHT - BOTTOM) / 2,
      'messages per second',
      `text-anchor="middle" transform="rotate(-90 18 ${(TOP + HEIGHT - BOTTOM) / 2})"`,
    ),
    polyline(
      line(({ ideal }) => ideal),
      IDEAL,
      '6 4',
    ),
    polyline(measured, MEASURED),
    ...measured.map(([cx, cy]) => `<circle cx="${round(cx)}" cy="${round(cy)}" r="4" fill="${MEASURED}"/>`),
    polyline(
      [
        [LEFT + 12, TOP + 14],
        [LEFT + 40, TOP + 14],
      ],
      MEASURED,
    ),
    text(LEFT + 48, TOP + 18, 'measured'),
    polyline(
      [
        [LEFT + 12, TOP + 34],
        [LEFT + 40, TOP + 34],
      ],
      IDEAL,
      '6 4',
    ),
    text(LEFT + 48, TOP + 38, 'ideal: calls in flight ÷ latency'),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12" role="img">\n${parts.join('\n')}\n</svg>\n`;
}
