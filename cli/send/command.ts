import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import { type LocalLogLine, localLogPath } from '../../local/local-log.ts';
import { readDeadLetters, withDeadLetters } from '../../src/dead-letters/dead-letters.ts';
import type { DeadLetterHeaders } from '../../src/dead-letters/headers.ts';
import { openServiceBus } from '../../src/messaging/service-bus-connection.ts';
import { readQueueSettings } from '../../src/settings.ts';
import { EXIT, type ExitCode, worse } from '../frame/exit-code.ts';
import { examples, presetOption } from '../frame/options.ts';
import type { Define } from '../frame/program.ts';
import { readFileArgument } from '../frame/read-file.ts';
import type { Session } from '../frame/session.ts';
import { commandSettings, type Environment } from '../frame/settings.ts';
import { followLog, logSize } from '../log/follow.ts';
import { type CorState, corChanges } from './cor-changes.ts';

interface Options {
  readonly preset: string;
}

interface Event {
  readonly file: string;
  readonly body: Buffer;
}

interface Target {
  readonly send: (event: Event, messageId: string) => Promise<void>;
  readonly corState: () => Promise<CorState>;
  readonly deadLetter: (messageId: string) => Promise<DeadLetterHeaders | undefined>;
  readonly log: string;
}

/** Longer than the local stack tries a message again. */
const MAX_WAIT_MS = 60_000;

/** The stand-in of COR tells anybody on this machine what it holds. */
async function readCorState({ COR_BASE_URL }: Environment): Promise<CorState> {
  const answer = await fetch(`${COR_BASE_URL}/admin/state`);
  return (await answer.json()) as CorState;
}

/** What became of a message that was given up, with what to do about it. */
function findDeadLetter(messageId: string, settings: Environment): Promise<DeadLetterHeaders | undefined> {
  return withDeadLetters(readQueueSettings(settings), async (letters) => {
    for await (const { headers } of readDeadLetters(letters, {}))
      if (headers.messageId === messageId) return headers;
    return undefined;
  });
}

function isEnd({ evt }: LocalLogLine): boolean {
  return evt === 'message.completed' || evt === 'message.deadlettered';
}

/** Follows the local log until the message has ended; `undefined` when it has not in time, or on Ctrl-C. */
async function awaitEnd(
  messageId: string,
  { log }: Target,
  from: number,
  session: Session,
): Promise<LocalLogLine | undefined> {
  const signal = AbortSignal.any([session.interruption(), AbortSignal.timeout(MAX_WAIT_MS)]);
  for await (const line of followLog(log, { signal, from })) {
    if (line.messageId !== messageId) continue;
    if (isEnd(line)) return line;
    if (line.evt === 'message.retried')
      session.say(`  tried again in ${Number(line.delayMs) / 1_000} s: ${line.errorCode}`, 'yellow');
  }
  return undefined;
}

async function sendOne(event: Event, target: Target, session: Session): Promise<ExitCode> {
  const before = await target.corState();
  const from = logSize(target.log);
  const messageId = `${basename(event.file)}-${randomUUID().slice(0, 8)}`;
  await target.send(event, messageId);
  session.print(event.file, 'bold');
  const end = await awaitEnd(messageId, target, from, session);
  if (!end) {
    session.say(`  sent as ${messageId}, and not ended yet: ./connector log shows when it does`, 'yellow');
    return EXIT.differs;
  }
  const { deadLetterReason, skipReason, outcome } = end;
  if (deadLetterReason !== undefined) {
    const letter = await target.deadLetter(messageId);
    session.print(`  dead letter ${deadLetterReason}${letter ? ` #${letter.sequenceNumber}` : ''}`, 'red');
    if (letter?.description) session.print(`  ${letter.description}`);
    return EXIT.differs;
  }
  session.print(`  ${outcome}${skipReason === undefined ? '' : ` (${skipReason})`}`, 'green');
  const changes = corChanges(before, await target.corState());
  for (const change of changes) session.print(`  COR: ${change}`);
  if (changes.length === 0) session.print('  COR: nothing changed', 'dim');
  return EXIT.done;
}

async function send(session: Session, options: Options, files: readonly string[]): Promise<ExitCode> {
  const settings = commandSettings({ local: true, preset: options.preset }, session);
  const { ServiceBusConnection: connectionString = '', ServiceBusQueueName: queue = '' } = settings;
  const events = files.map((file) => ({ file, body: readFileArgument(file, session) }));
  session.target(`Queue ${queue} of the local stack`);
  const client = await openServiceBus({ connectionString });
  try {
    const sender = client.createSender(queue);
    const target: Target = {
      send: ({ file, body }, messageId) =>
        sender.sendMessages({
          body,
          messageId,
          contentType: file.endsWith('.bin') ? 'application/msbin1' : 'application/json',
        }),
      corState: () => readCorState(settings),
      deadLetter: (messageId) => findDeadLetter(messageId, settings),
      log: localLogPath(session.shell.project),
    };
    let code: ExitCode = EXIT.done;
    for (const event of events) code = worse(code, await sendOne(event, target, session));
    return code;
  } finally {
    await client.close();
  }
}

export const sendCommand: Define = (parent, run) => {
  const command = parent
    .command('send')
    .summary('sends an event to the local stack, waits, and says what came of it')
    .description(
      'Sends files to the queue of the running local stack, as Dataverse would; waits for each to end, and says what changed in COR.',
    )
    .argument('<files...>', 'message bodies as Dataverse posts them')
    .addOption(presetOption('to which connector of the local stack').default('resource-assignment'))
    .action(run<Options, [string[]]>(send));
  examples(command, [
    ['./connector send event.json', 'one event'],
    ['./connector send --preset project-team event.json', 'the same to the other connector'],
  ]);
};
