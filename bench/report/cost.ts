import type { CostFacts } from '../measurement.ts';
import { ASSUMED, PRICES } from './prices.ts';

const EVENTS = 1_000_000;

const dollars = (amount: number): string => (amount < 10 ? amount.toFixed(2) : amount.toFixed(0));
const number = (value: number, digits = 0): string =>
  value.toLocaleString('en', { maximumFractionDigits: digits });

interface Line {
  readonly what: string;
  readonly quantity: string;
  readonly source: string;
  readonly price: string;
  /** The least and the most of it, US dollars. */
  readonly least: number;
  readonly most: number;
}

/** What a million events of distinct users cost: measured quantities, list prices. */
function costLines({ eventsPerSecond, telemetryBytes, reads, writes }: CostFacts): readonly Line[] {
  const busy = (EVENTS / eventsPerSecond) * ASSUMED.instanceGb;
  const alone = EVENTS * ASSUMED.secondsAlone * ASSUMED.instanceGb;
  const logs = (bytes: number) => ((EVENTS * bytes) / 1e9) * PRICES.logGb;
  const one = (what: string, quantity: string, source: string, price: string, cost: number): Line => ({
    what,
    quantity,
    source,
    price,
    least: cost,
    most: cost,
  });
  return [
    {
      what: 'Functions, memory: events that come as fast as they are handled, up to each event alone',
      quantity: `${number(busy)} to ${number(alone)} GB-s`,
      source: `${number(eventsPerSecond, 1)} events a second measured with 16 calls of 150 ms, ${ASSUMED.instanceGb} GB; alone ${ASSUMED.secondsAlone} s, the least that is paid`,
      price: `${PRICES.gbSecond}`,
      least: busy * PRICES.gbSecond,
      most: alone * PRICES.gbSecond,
    },
    one(
      'Functions, executions',
      number(EVENTS),
      'one for each',
      `${PRICES.executions} a million`,
      PRICES.executions,
    ),
    {
      what: 'Service Bus operations',
      quantity: number(EVENTS * ASSUMED.serviceBusOperations),
      source: 'assumed: send, receive, complete; one lock renewal or copy',
      price: `${PRICES.serviceBusOperations} a million beyond 13 million`,
      least: 0,
      most: ASSUMED.serviceBusOperations * PRICES.serviceBusOperations,
    },
    one(
      'Ledger, reads',
      number(EVENTS * reads),
      'measured',
      `${PRICES.reads} for 10,000`,
      (EVENTS / 10_000) * reads * PRICES.reads,
    ),
    one(
      'Ledger, writes',
      number(EVENTS * writes),
      'measured',
      `${PRICES.writes} for 10,000`,
      (EVENTS / 10_000) * writes * PRICES.writes,
    ),
    one(
      'Logs: what the connector sends',
      `${number(telemetryBytes / 1_000, 1)} GB`,
      'measured, not compressed',
      `${PRICES.logGb} a GB`,
      logs(telemetryBytes),
    ),
    {
      what: 'Logs: what Azure writes beside it, without and with `platformLogs`',
      quantity: `${number(ASSUMED.hostLogBytes / 1_000, 1)} to ${number((ASSUMED.hostLogBytes + ASSUMED.platformLogBytes) / 1_000, 1)} GB`,
      source: 'assumed',
      price: `${PRICES.logGb} a GB`,
      least: logs(ASSUMED.hostLogBytes),
      most: logs(ASSUMED.hostLogBytes + ASSUMED.platformLogBytes),
    },
  ];
}

const span = (least: number, most: number): string =>
  least === most ? dollars(least) : `${dollars(least)} to ${dollars(most)}`;

/** The same as a table of Markdown, with the sum. */
export function costTable(facts: CostFacts): string {
  const lines = costLines(facts);
  const sum = (pick: (line: Line) => number) => lines.reduce((total, line) => total + pick(line), 0);
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    row(['', 'Quantity', 'Source', 'Price', 'Dollars']),
    row(['---', '---', '---', '---', '---']),
    ...lines.map((line) =>
      row([line.what, line.quantity, line.source, line.price, span(line.least, line.most)]),
    ),
    row([
      '**Together**',
      '',
      '',
      '',
      `**${span(
        sum(({ least }) => least),
        sum(({ most }) => most),
      )}**`,
    ]),
  ].join('\n');
}
