import { type Command, Option } from 'commander';
import { DEAD_LETTER_REASONS } from '../../src/dead-letter-reason.ts';
import { type DeadLetters, withDeadLetters } from '../../src/dead-letters/dead-letters.ts';
import { type Filter, filterSchema } from '../../src/dead-letters/filter.ts';
import { whereOptions, wholeNumber } from '../frame/options.ts';
import type { Session } from '../frame/session.ts';
import { commandSettings, queueTarget, type Where } from '../frame/settings.ts';
import { suggesting } from '../frame/suggestions.ts';
import { UsageError } from '../frame/usage-error.ts';
import { readDeadLetterSettings } from './settings.ts';

/** The options that every command on dead letters has. */
export interface Options extends Where {
  readonly reason?: string;
  readonly user?: string;
  readonly row?: string;
  readonly before?: string;
  readonly max?: number;
  readonly from?: string;
  readonly all?: boolean;
  readonly queue?: string;
  readonly namespace?: string;
}

/** Reasons that Service Bus gives itself. */
const OF_SERVICE_BUS = ['MaxDeliveryCountExceeded', 'TTLExpiredException', 'HeaderSizeExceeded'];

/** Every reason that a dead letter has, unless somebody dead-lettered it by hand. */
export const REASONS: readonly string[] = [...DEAD_LETTER_REASONS, ...OF_SERVICE_BUS];

const LOCATION = `
Where: local.settings.json and the environment, as the app has them; or --namespace with your own Azure login; or --local.`;

/** Adds the options that say where the dead letters are. */
export function locationOptions(command: Command): Command {
  return whereOptions(command)
    .option('--namespace <name>', 'the namespace, with your own Azure login')
    .option('--queue <name>', 'the queue (default: ServiceBusQueueName)')
    .addHelpText('after', LOCATION);
}

/** Adds the options that say which dead letters are meant, and where they are. */
export function filterOptions(command: Command): Command {
  return locationOptions(
    command
      .addOption(suggesting(new Option('--reason <reason>', 'of this reason'), REASONS))
      .option('--user <id>', 'that would change something for this user (external id)')
      .option('--row <id>', 'about this row (a GUID)')
      .option('--before <time>', 'enqueued before (ISO 8601)')
      .option('--max <n>', 'at most so many, the oldest', wholeNumber)
      .addOption(
        suggesting(
          new Option(
            '--from <place>',
            'queue or subscription: where a topic is used, they number their messages apart',
          ),
          ['queue', 'subscription'],
        ),
      ),
  );
}

/** Which dead letters are meant. Throws `UsageError`. */
export function readFilter(options: Options, numbers: readonly string[]): Filter {
  const { reason, user, row, before, max, from } = options;
  const asked = {
    reason,
    user,
    row,
    before,
    max,
    from,
    numbers: numbers.length > 0 ? [...numbers] : undefined,
  };
  const parsed = filterSchema.safeParse(asked);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path: [name], message }) =>
    name === 'numbers' ? 'A sequence number has digits alone.' : `--${String(name)} should be ${message}.`,
  );
  throw new UsageError([...new Set(problems)].join('\n'));
}

/** For what changes or writes something: nobody means all dead letters by saying nothing. */
export function requireChoice(options: Options, filter: Filter): void {
  const chosen = Object.values(filter).some((value) => value !== undefined);
  if (!chosen && !options.all)
    throw new UsageError('Which ones? Say numbers, --reason, --user, --row, --before, --max, or --all.');
}

/** Connects as the options say, tells to what, and lets `use` work. */
export function openDeadLetters<Result>(
  session: Session,
  options: Options,
  use: (letters: DeadLetters) => Promise<Result>,
): Promise<Result> {
  const settings = readDeadLetterSettings(commandSettings(options, session), options);
  session.target(queueTarget(settings.source, settings.serviceBus));
  return withDeadLetters(settings, use);
}
