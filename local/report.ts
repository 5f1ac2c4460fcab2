import { ServiceBusClient as Client, type ServiceBusClient } from '@azure/service-bus';
import { tableText } from '../cli/frame/table.ts';
import type { PercentageRule } from '../src/dynamics/percentage-rule.ts';
import type { Ledger } from '../src/ledger/ledger.ts';
import { percentagesOn } from '../src/ledger/percentages.ts';

type Names = ReadonlyMap<string, string>;

const PLAIN = (text: string): string => text;

/** What the ledger says COR should hold: percentage by workspace by user. */
export async function believedState(
  ledger: Ledger,
  rule: PercentageRule,
  day: string,
): Promise<Map<string, Map<string, number>>> {
  const believed = new Map<string, Map<string, number>>();
  for await (const user of ledger.users()) {
    const { document } = await ledger.load(user);
    believed.set(
      user,
      new Map(
        [...percentagesOn(document.assignments, rule, day)].map(([id, { percentage }]) => [id, percentage]),
      ),
    );
  }
  return believed;
}

/**
 * What COR holds beside what the ledger believes, a line for each user and workspace that either of them
 * knows of.
 */
export function stateTable(
  held: Readonly<Record<string, Readonly<Record<string, number>>>>,
  believed: ReadonlyMap<string, ReadonlyMap<string, number>>,
  names: Names,
  columns: number,
): string {
  const rows: string[][] = [];
  const show = (value: number | undefined): string => (value === undefined ? '–' : `${value} %`);
  for (const user of new Set([...Object.keys(held), ...believed.keys()])) {
    const ids = new Set([...Object.keys(held[user] ?? {}), ...(believed.get(user)?.keys() ?? [])]);
    // A user whom COR does not know, and of whom nothing is believed, only had messages that were refused.
    if (ids.size === 0 && held[user] !== undefined) rows.push([names.get(user) ?? user, '(none)', '–', '–']);
    for (const id of ids)
      rows.push([
        names.get(user) ?? user,
        names.get(id) ?? id,
        show(held[user]?.[id]),
        show(believed.get(user)?.get(id)),
      ]);
  }
  return tableText({ titles: ['User', 'Workspace', 'COR holds', 'Ledger says'], rows }, columns, PLAIN);
}

export interface DeadLetterRow {
  readonly message: string;
  readonly reason: string;
  readonly description: string;
}

async function peekDeadLetters(client: ServiceBusClient, queue: string): Promise<DeadLetterRow[]> {
  const receiver = client.createReceiver(queue, { subQueueType: 'deadLetter' });
  const found = await receiver.peekMessages(1_000);
  return found.map((message) => ({
    message: String(message.messageId),
    reason: message.deadLetterReason ?? '',
    description: message.deadLetterErrorDescription ?? '',
  }));
}

/** The dead letters of the queues, oldest first in each. */
export async function readDeadLetters(
  connectionString: string,
  queues: readonly string[],
): Promise<DeadLetterRow[]> {
  const client = new Client(connectionString);
  try {
    return (await Promise.all(queues.map((queue) => peekDeadLetters(client, queue)))).flat();
  } finally {
    await client.close();
  }
}

/** A table where the terminal has room for it, else a paragraph for each. */
export function deadLetterTable(letters: readonly DeadLetterRow[], columns: number): string {
  const titles = ['Dead letter', 'Reason', 'What to do'];
  const rows = letters.map(({ message, reason, description }) => [message, reason, description]);
  return tableText({ titles, rows }, columns, PLAIN);
}
