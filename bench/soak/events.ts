import { randomUUID } from 'node:crypto';
import type { ServiceBusMessage } from '@azure/service-bus';
import { dataverseBody } from '../../local/histories/dataverse-body.ts';
import { expectedState } from '../../local/histories/expected.ts';
import { randomHistory } from '../../local/histories/history.ts';
import type { Random } from '../../local/histories/random.ts';

interface SoakMessage extends ServiceBusMessage {
  readonly messageId: string;
  /** How it may end beside completed. An event that a newer one has overtaken is completed, however wrong it is. */
  readonly mayDieOf?: 'NotJson' | 'CorEntityNotMapped';
}

export interface SoakEvents {
  readonly users: readonly string[];
  /** The projects that COR knows. */
  readonly projects: readonly string[];
  /** In the order of sending. */
  readonly messages: readonly SoakMessage[];
  /** Percentage by project by user that COR has to hold in the end; users without any are left out. */
  readonly expected: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

const CONTENT_TYPE = 'application/json';
const uuids = (count: number): string[] => Array.from({ length: count }, () => randomUUID());

/**
 * Events of project teams and, among them, `permanent` (a share of all) that can never succeed: half of them no JSON, half about a
 * project that COR does not know. Forty events per user, five per row.
 */
export function soakEvents(count: number, permanent: number, random: Random): SoakEvents {
  const foreign = Math.round((count * permanent) / 2);
  const users = uuids(Math.ceil(count / 40));
  const projects = uuids(Math.ceil(2 / permanent));
  const [unknown = '', ...known] = projects;
  const shape = {
    users,
    projects,
    records: uuids(Math.ceil(count / 5)),
    length: count - foreign,
    withVersionNumbers: true,
  };
  const events = randomHistory(shape, random);
  const messages: SoakMessage[] = events.map((event) => ({
    messageId: randomUUID(),
    contentType: CONTENT_TYPE,
    body: dataverseBody(event),
    ...(event.after?.project === unknown && { mayDieOf: 'CorEntityNotMapped' as const }),
  }));
  for (let index = 0; index < foreign; index += 1)
    messages.splice(random.below(messages.length), 0, {
      messageId: randomUUID(),
      contentType: CONTENT_TYPE,
      body: Buffer.from('no JSON'),
      mayDieOf: 'NotJson',
    });
  const arrivals = events.map((event, sequence) => ({ event, sequence }));
  const expected = expectedState(arrivals, (_user, project) => project !== unknown);
  return { users, projects: known, messages, expected };
}
