import { type DeadLetterEntry, readDeadLetters, withDeadLetters } from '../dead-letters/dead-letters.ts';
import { readBytes } from '../dead-letters/message-body.ts';
import type { AssignmentChange } from '../dynamics/assignment-change.ts';
import type { NamedId } from '../dynamics/named-id.ts';
import { decodeUserMessage, isUserMessage } from '../messaging/user-message.ts';
import type { Settings } from '../settings.ts';
import { waitingKey } from './compare-user.ts';

type Waits = Pick<AssignmentChange<NamedId>, 'user' | 'record' | 'version'>;

function changesIn({ message, content }: DeadLetterEntry): readonly Waits[] {
  if (!isUserMessage(message.contentType)) return content().changes;
  const decoded = decodeUserMessage(readBytes(message));
  return decoded.outcome === 'decoded' ? decoded.message.changes : [];
}

/** Keys of the changes that lie in the dead-letter queue: sent again they would end there once more. */
export async function waitingChanges(
  settings: Pick<Settings, 'serviceBus' | 'source' | 'mapping'>,
  signal?: AbortSignal,
): Promise<ReadonlySet<string>> {
  const keys = new Set<string>();
  await withDeadLetters(settings, async (letters) => {
    for await (const entry of readDeadLetters(letters, {}, signal ? { signal } : {}))
      for (const { user, record, version } of changesIn(entry))
        if (typeof user === 'string') keys.add(waitingKey({ user, record, version }));
  });
  return keys;
}
