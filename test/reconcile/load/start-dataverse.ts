import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { GeneratedRows } from '../../../local/dataverse/generated-rows.ts';
import type { FromDataverse, ToDataverse } from './dataverse-messages.ts';

const SCRIPT = fileURLToPath(new URL('dataverse-process.ts', import.meta.url));

export interface DataverseProcess {
  /** Settings of an app, or of a command, that reads it. */
  readonly env: { readonly DATAVERSE_URL: string; readonly DATAVERSE_STATIC_TOKEN: string };
  /** For a COR that knows everybody. */
  readonly cor: {
    readonly users: readonly { readonly id: string; readonly name: string; readonly email: string }[];
    readonly workspaces: readonly string[];
  };
  beginEvents(events: Omit<Extract<ToDataverse, { kind: 'beginEvents' }>, 'kind'>): void;
  /** How many there were, once all are in the queue. */
  endEvents(): Promise<number>;
}

/** A local Dataverse in a process of its own, until the test ends. */
export async function startDataverseProcess(rows: GeneratedRows, queue: string): Promise<DataverseProcess> {
  const child = fork(SCRIPT, [], { execArgv: [] });
  onTestFinished(async () => {
    const ended = once(child, 'exit');
    child.disconnect();
    await ended;
  });
  const tell = (message: ToDataverse) => child.send(message);
  async function answered<Kind extends FromDataverse['kind']>(kind: Kind) {
    const [message] = (await once(child, 'message')) as [FromDataverse];
    if (message.kind !== kind) throw new Error(`It answered ${message.kind}, not ${kind}.`);
    return message as Extract<FromDataverse, { kind: Kind }>;
  }
  tell({ kind: 'start', rows, queue });
  const { url, token, resources, projects } = await answered('started');
  return {
    env: { DATAVERSE_URL: url, DATAVERSE_STATIC_TOKEN: token },
    cor: {
      users: resources.map((id, index) => ({ id, name: `P${index}`, email: `p${index}@example.com` })),
      workspaces: projects,
    },
    beginEvents: (events) => tell({ kind: 'beginEvents', ...events }),
    async endEvents() {
      tell({ kind: 'endEvents' });
      return (await answered('ended')).posted;
    },
  };
}
