import type { Command } from 'commander';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { openLedger } from '../../src/ledger/open-ledger.ts';
import type { RetryQueue } from '../../src/messaging/retry-queue.ts';
import { createServiceBusRetryQueue } from '../../src/messaging/service-bus-retry-queue.ts';
import { encodeUserMessage } from '../../src/messaging/user-message.ts';
import { readLedgerSettings, readQueueSettings } from '../../src/settings.ts';
import { EXIT, type ExitCode } from '../frame/exit-code.ts';
import { whereOptions, yesOption } from '../frame/options.ts';
import type { Run } from '../frame/program.ts';
import type { Session } from '../frame/session.ts';
import { commandSettings, ledgerTarget, queueTarget, type Where } from '../frame/settings.ts';
import { UsageError } from '../frame/usage-error.ts';

interface Options extends Where {
  readonly yes?: boolean;
}

interface Opened {
  readonly ledger: Ledger;
  readonly queue: RetryQueue;
}

/** Messages that are on their way at once. */
const MAX_SENDING = 16;

const WHAT_IT_DOES =
  'They keep their assignments and forget the versions of the rows; messages that are in the queue by now, and dead letters, count as old from then on.';

const AFTERWARDS =
  'What was skipped as "versionWentBack" until now is not brought back by this: change those rows once more, which posts them anew.';

function open(options: Options, session: Session): Opened {
  const environment = commandSettings(options, session);
  const { ledger } = readLedgerSettings(environment);
  if (ledger === 'memory')
    throw new UsageError(
      'LedgerStorage is "memory": such a ledger has nothing to forget that outlives the app.',
    );
  const { serviceBus, source } = readQueueSettings(environment);
  session.target(`${ledgerTarget(ledger)}; ${queueTarget(source, serviceBus)}`);
  return {
    ledger: openLedger(ledger).ledger,
    queue: createServiceBusRetryQueue(serviceBus, source.queue),
  };
}

/** Sends each user the message that forgets what was recorded before `at` (UTC epoch ms). */
async function sendAll(
  users: readonly string[],
  at: number,
  { queue }: Opened,
  session: Session,
): Promise<void> {
  const run = new Date(at).toISOString();
  const progress = session.progress('Sent');
  try {
    for (let sent = 0; sent < users.length; sent += MAX_SENDING) {
      progress.update(sent, users.length);
      const some = users.slice(sent, sent + MAX_SENDING);
      const messages = some.map((user) =>
        encodeUserMessage({ schema: 1, why: 'forget', user, changes: [], reassert: false, run }),
      );
      await Promise.all(messages.map((message) => queue.schedule(message, at)));
    }
  } finally {
    progress.end();
  }
}

async function forgetVersions(session: Session, options: Options): Promise<ExitCode> {
  session.requireAnswer(options.yes);
  const opened = open(options, session);
  try {
    const users: string[] = [];
    for await (const user of opened.ledger.users()) users.push(user);
    const question = `${users.length} users are in the ledger. ${WHAT_IT_DOES} Send each a message that says so?`;
    if (!(await session.confirm(question, options.yes))) {
      session.say('Nothing was changed.');
      return EXIT.differs;
    }
    session.whenInterrupted(
      'Ended: some users have their message, the others not. Running it again is safe.',
    );
    await sendAll(users, Date.now(), opened, session);
    session.print(`Sent ${users.length}. The app forgets the versions of each user as it takes its message.`);
    session.say(AFTERWARDS);
    return EXIT.done;
  } finally {
    await opened.queue.close();
  }
}

/** `ledger forget-versions` */
export function forgetVersionsCommand(ledger: Command, run: Run): void {
  whereOptions(
    ledger
      .command('forget-versions')
      .summary('after an environment was restored from a backup')
      .description(
        'Lets the versions of rows count anew, after an environment was restored from a backup: messages to the app, one a user. Rows keep what is assigned. Asks first.',
      ),
  )
    .addOption(yesOption())
    .action(run<Options>(forgetVersions));
}
