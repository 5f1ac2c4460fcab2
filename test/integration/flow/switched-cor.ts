import { afterAll, beforeEach } from 'vitest';
import { type CorSwitchInput, readSwitches } from '../../../local/cor/switches.ts';
import type { NamedRow } from '../../../local/events/cast.ts';
import type { RowChange } from '../../../local/events/dataverse-message.ts';
import { type Line, startTestStack } from '../test-stack.ts';
import { endedAfterRetries } from './after-retries.ts';
import { message, project, user } from './dataverse-rows.ts';

/** How the sandbox behaves where no switch is turned. */
export const FRIENDLY = readSwitches({});

/** Switches for faults that pass; they are turned in a file of their own. */
export const FAULTS = ['failNext', 'failRate', 'hang'];

export const [a, b, c, inactive] = ['a', 'b', 'c', 'inactive'].map(project) as [
  NamedRow,
  NamedRow,
  NamedRow,
  NamedRow,
];
export const nowhere = project('that COR does not know');

/** The name of a test with these switches. */
export const titleOf = (switches: CorSwitchInput): string => JSON.stringify(switches);

export const endings = (lines: readonly Line[]) => lines.map((line) => line.deadLetterReason ?? line.outcome);

/** The system for the tests of one file; before each of them COR is friendly again. */
export async function startSwitchedCor() {
  const stack = await startTestStack(
    {
      env: { MAPPING: 'project-team', UNMAPPED_GRACE: '0s', COR_TIMEOUT: '400ms' },
      ledger: 'memory',
      cor: { workspaces: [a.id, b.id, c.id, { id: inactive.id, active: false }] },
    },
    afterAll,
  );
  const { cor } = stack;
  beforeEach(() => {
    cor.set(FRIENDLY);
  });

  /** The switches that were turned, to see that none was forgotten. */
  const turned = new Set<string>();
  let messages = 0;

  /** Posts events together, and gives the ids of their messages. */
  async function send(...changes: RowChange[]): Promise<string[]> {
    const sent = changes.map((change) => ({ id: `m${++messages}`, change }));
    await stack.send(...sent.map(({ id, change }) => message(id, change)));
    return sent.map(({ id }) => id);
  }

  return {
    stack,
    cor,
    turned,
    turn(switches: CorSwitchInput): void {
      for (const name of Object.keys(switches)) turned.add(name);
      cor.set(switches);
    },
    send,
    /** Posts events together, and brings copies back; how they ended, in the same order. */
    async post(...changes: RowChange[]): Promise<Line[]> {
      const ids = await send(...changes);
      return Promise.all(ids.map(async (id) => (await endedAfterRetries(stack, id)).line));
    },
    /** A user of its own for each setting: what one leaves behind does not meet the next. */
    newUser(label: string): NamedRow {
      const found = user(label);
      cor.addUser(found.id);
      return found;
    },
    held: (of: NamedRow) => cor.state()[of.id],
  };
}
