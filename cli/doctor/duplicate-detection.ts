import type { ServiceBusAdministrationClient } from '@azure/service-bus';
import type { Connection } from '../../src/connection.ts';
import { credentialFor } from '../../src/credential.ts';
import type { Settings } from '../../src/settings.ts';
import { ANSWER_WITHIN_MS, answerWithin } from '../../src/timeout.ts';
import { type Finding, failed, ok, skipped, unsure } from './check.ts';

const ABOUT = 'queue, duplicates';

/** What the check asks of the namespace. */
export type QueueAdministration = Pick<ServiceBusAdministrationClient, 'getQueue'>;

const MEND_IT =
  'Duplicate detection cannot be switched off: make the queue anew without it, let Dataverse post there, and set ServiceBusQueueName.';

/**
 * Whether the queue drops a message whose id it has seen. The connector's copies have the id of their
 * original, so such a queue takes
 * them, says nothing, and they never arrive. Nothing is sent to find out.
 */
export async function duplicateDetection(
  queue: string,
  administration: QueueAdministration,
): Promise<Finding> {
  try {
    const found = await answerWithin(ANSWER_WITHIN_MS, administration.getQueue(queue));
    if (!found.requiresDuplicateDetection) return ok(ABOUT, 'no duplicate detection');
    const window = found.duplicateDetectionHistoryTimeWindow;
    return failed(
      ABOUT,
      `copies within ${window} of their original are lost: duplicate detection is on`,
      MEND_IT,
    );
  } catch (error) {
    const { statusCode, code, name } = error as { statusCode?: unknown; code?: unknown; name?: unknown };
    return unsure(
      ABOUT,
      `whether duplicate detection is on may not be seen (${statusCode ?? code ?? name})`,
      'See under the queue in the portal that duplicate detection is off; or log in as Azure Service Bus Data Owner, or use a connection string with Manage.',
    );
  }
}

async function administrationOf(connection: Connection): Promise<QueueAdministration> {
  const { ServiceBusAdministrationClient } = await import('@azure/service-bus');
  if ('connectionString' in connection)
    return new ServiceBusAdministrationClient(connection.connectionString);
  return new ServiceBusAdministrationClient(connection.address, await credentialFor(connection.clientId));
}

export async function checkDuplicates({ serviceBus, source }: Settings): Promise<Finding> {
  const isEmulator =
    'connectionString' in serviceBus && /UseDevelopmentEmulator=true/i.test(serviceBus.connectionString);
  // It has no administration over https.
  if (isEmulator) return skipped(ABOUT, 'a queue of the local stack');
  return duplicateDetection(source.queue, await administrationOf(serviceBus));
}
