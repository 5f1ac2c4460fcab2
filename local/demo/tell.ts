import { loadMapping } from '../../src/dynamics/mapping.ts';
import { createBlobLedger } from '../../src/ledger/blob-ledger.ts';
import type { Sample } from '../events/samples.ts';
import type { Ending } from '../play.ts';
import { believedState, deadLetterTable, readDeadLetters, stateTable } from '../report.ts';
import type { Compared } from './comparison.ts';
import type { Demo } from './demo.ts';
import type { Output } from './output.ts';
import type { PageServer } from './page-server.ts';

export interface Seed {
  readonly users: readonly { id: string; name: string; email: string }[];
  readonly workspaces: readonly { id: string; name: string }[];
}

/** Names of samples stand below each other. */
const NAME_WIDTH = 29;

/** How a sample ended; where the terminal has room, how long it took. */
export function endingLine(sample: Sample, { ending, ms }: Ending, columns: number): string {
  const asNamed = ending === sample.ending ? '✔' : `✘ should be ${sample.ending}:`;
  const line = `  ${asNamed} ${sample.name.padEnd(NAME_WIDTH)} ${ending}`;
  const took = ` (${ms} ms)`;
  return line.length + took.length > columns ? line : line + took;
}

/** What COR holds beside what the ledger says, and the dead letters. */
export async function showTables(
  { stack, presets, day }: Demo,
  seed: Seed,
  { say, columns }: Output,
): Promise<void> {
  const names = new Map([...seed.users, ...seed.workspaces].map(({ id, name }) => [id, name]));
  const { storage, cor } = stack;
  if (!storage) throw new Error('The local stack runs without storage.');
  // Both presets have the same percentage rule, and keep their users in the same ledger.
  const rule = loadMapping('resource-assignment').percentage;
  const ledger = createBlobLedger({ connectionString: storage.connectionString });
  const believed = await believedState(ledger, rule, day);
  say(`\nWhat COR holds on ${day}\n${stateTable(cor.state(), believed, names, columns)}`);
  const letters = await readDeadLetters(stack.serviceBus, presets);
  say(`\nDead letters\n${deadLetterTable(letters, columns)}`);
}

/** Where the services are: nobody needs it to follow the page. */
export function showServices({ stack, dataverse, presets, host }: Demo, { say }: Output): void {
  const { broker, cor, storage } = stack;
  const own = stack.serviceBus === broker.connectionString;
  const services = [
    // Of a connection string only where it leads: the rest is a key.
    ['broker', own ? `amqp://127.0.0.1:${broker.port}` : /Endpoint=([^;]+)/i.exec(stack.serviceBus)?.[1]],
    ['COR sandbox', `${cor.baseUrl}/admin/switches`],
    ['Dataverse', `${dataverse.adminUrl}/switches`],
    ['storage', /BlobEndpoint=(http:\/\/[^/;]+)/.exec(storage?.connectionString ?? '')?.[1] ?? 'none'],
    ...presets.map((preset) => [preset, `${host(preset).httpUrl}/api/health`]),
  ];
  for (const [name = '', address] of services) say(`  ${name.padEnd(20)}${address}`);
}

/** What a person may do next: the words first, below them what to open or to type. */
export function sayWhatIsLeft(
  page: PageServer,
  { held }: Pick<Compared, 'held'>,
  preset: string,
  { say }: Output,
): void {
  const next = [
    ['Change rows, break services, watch:', page.url],
    ['See what failed, and what to do about it:', './connector dead-letters list --local'],
    [
      'Send a dead letter again, when its cause is mended:',
      './connector dead-letters replay NUMBER --wait --local',
    ],
    ...(held
      ? [
          [
            `Release the ${held.removals} removals that are held back:`,
            `./connector reconcile allow ${held.run} --local --preset ${preset}`,
          ],
        ]
      : []),
    [
      'Send an event again, as Dataverse would:',
      './connector send local/events/messages/resource-assignment/01-*.json',
    ],
    ['All commands:', './connector --help'],
  ];
  say('\nStill running. Next, in a browser and in a second terminal:');
  for (const [what, how] of next) say(`${what}\n  ${how}`);
  say('Ctrl-C ends everything.');
}
