import { openCor } from '../../src/cor/open-cor.ts';
import { openLedger } from '../../src/ledger/open-ledger.ts';
import { storageFailure } from '../../src/ledger/storage-failure.ts';
import { openServiceBus } from '../../src/messaging/service-bus-connection.ts';
import { serviceBusFailure } from '../../src/messaging/service-bus-failure.ts';
import type { Settings } from '../../src/settings.ts';
import { ANSWER_WITHIN_MS, answerWithin } from '../../src/timeout.ts';
import { ledgerTarget, queueTarget } from '../frame/settings.ts';
import { type Finding, failed, ok, skipped } from './check.ts';

const SERVICE_BUS_ROLES =
  'Azure Service Bus Data Receiver and Data Sender on the queue, or a connection string with Listen and Send.';

/** Looks at the queue and its dead letters, and opens a link to send on, without sending. */
export async function checkQueue({ serviceBus, source }: Settings): Promise<Finding[]> {
  const where = queueTarget(source, serviceBus);
  const client = await openServiceBus(serviceBus);
  const look = async (about: string, text: string, call: () => Promise<unknown>): Promise<Finding> => {
    try {
      await answerWithin(ANSWER_WITHIN_MS, call());
      return ok(about, text);
    } catch (error) {
      return failed(about, `${where}: ${serviceBusFailure(error).text}`, SERVICE_BUS_ROLES);
    }
  };
  try {
    const queue = client.createReceiver(source.queue);
    const deadLetters = client.createReceiver(source.queue, { subQueueType: 'deadLetter' });
    return [
      await look('queue, read', where, () => queue.peekMessages(1)),
      await look('dead letters, read', where, () => deadLetters.peekMessages(1)),
      await look('queue, send', where, () => client.createSender(source.queue).createMessageBatch()),
    ];
  } finally {
    await client.close().catch(() => undefined);
  }
}

export async function checkLedger({ ledger }: Settings): Promise<Finding> {
  const about = 'ledger, read';
  const where = ledgerTarget(ledger);
  if (ledger === 'memory') return skipped(about, 'it is in the memory of the app');
  try {
    await openLedger(ledger).ledger.check();
    return ok(about, where);
  } catch (error) {
    return failed(
      about,
      `${where}: ${storageFailure(error, () => {}).description}`,
      'Storage Blob Data Reader on the account; Data Contributor to verify or mend.',
    );
  }
}

export async function checkCor({ cor: settings }: Settings): Promise<Finding> {
  const about = 'COR, token';
  const cor = openCor(settings);
  try {
    const failure = await cor.checkCredentials();
    return failure
      ? failed(
          about,
          failure.description,
          'Check COR_API_KEY and COR_CLIENT_SECRET (COR > Settings > Integrations > API).',
        )
      : ok(about, new URL(settings.tokenUrl).host);
  } finally {
    await cor.close();
  }
}
