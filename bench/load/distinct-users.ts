import type { ServiceBusMessage } from '@azure/service-bus';
import { assignmentTemplate, type BodySize, numberedGuid } from './assignment-messages.ts';

/** A source of messages of which each creates one assignment for a user that no other message knows. */
export function distinctUsers(bodySize: BodySize): (count: number) => ServiceBusMessage[] {
  const write = assignmentTemplate(bodySize);
  let users = 0;
  return (count) =>
    Array.from({ length: count }, () => {
      users += 1;
      return {
        messageId: `user-${users}`,
        contentType: 'application/json',
        body: write({
          record: numberedGuid(1, users),
          user: numberedGuid(2, users),
          workspace: numberedGuid(3, users % 50),
          hours: 10 + (users % 90),
          version: 1_000_000 + users,
        }),
      };
    });
}
