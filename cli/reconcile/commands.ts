import type { Command } from 'commander';
import { readGuid } from '../../src/dynamics/guid.ts';
import { isEqual } from '../../src/reconcile/report.ts';
import { EXIT, type ExitCode } from '../frame/exit-code.ts';
import { examples, jsonOption, whereOptions, yesOption } from '../frame/options.ts';
import type { Define } from '../frame/program.ts';
import type { Session } from '../frame/session.ts';
import { UsageError } from '../frame/usage-error.ts';
import { planned, plannedAndApplied } from './apply.ts';
import { type Options, openRun } from './options.ts';
import { allow, report } from './reports.ts';

function plan(session: Session, options: Options): Promise<ExitCode> {
  return openRun(session, options, async (world) => {
    const run = { by: 'command', dynamicsWins: options.dynamicsWins ?? false } as const;
    const { report: would } = await planned(world, run, options, session);
    if (!isEqual(would)) return EXIT.differs;
    session.say('Equal: COR was told what Dynamics says.');
    return EXIT.done;
  });
}

function apply(session: Session, options: Options): Promise<ExitCode> {
  session.requireAnswer(options.yes);
  const { verify = false, dynamicsWins = false } = options;
  return openRun(session, options, (world) =>
    plannedAndApplied(world, { by: 'command', verify, dynamicsWins }, options, session),
  );
}

function user(session: Session, options: Options, id: string): Promise<ExitCode> {
  session.requireAnswer(options.yes);
  const { verify = false, dynamicsWins = false } = options;
  const run = { by: 'command', scope: { kind: 'user', user: id }, verify, dynamicsWins } as const;
  return openRun(session, options, (world) => plannedAndApplied(world, run, options, session));
}

function row(session: Session, options: Options, text: string): Promise<ExitCode> {
  session.requireAnswer(options.yes);
  const id = readGuid(text);
  if (id === undefined) throw new UsageError('The row should be a GUID, as Dynamics shows it.');
  const run = { by: 'command', scope: { kind: 'rows', records: [id] } } as const;
  return openRun(session, options, (world) => plannedAndApplied(world, run, options, session));
}

const common = (command: Command) => whereOptions(command).addOption(jsonOption());
const asking = (command: Command) => common(command).addOption(yesOption());
const withVerify = (command: Command) =>
  command.option('--verify', 'tells COR every whole state again, five users a second');
const withWins = (command: Command) =>
  command.option('--dynamics-wins', 'forgets the versions that the ledger knows, after a restore');

export const reconcileCommands: Define = (parent, run) => {
  const group = parent
    .command('reconcile')
    .summary('all rows of Dynamics against the ledger')
    .description(
      'Compares all rows of Dynamics with what COR was told, and mends the difference by messages to the queue. With an empty ledger this is the first load.',
    );
  examples(group, [
    ['./connector reconcile plan', 'what differs'],
    ['./connector reconcile apply', 'mends it, after a question'],
  ]);
  const planning = withWins(
    common(group.command('plan').description('Shows what differs, and changes nothing.')),
  );
  examples(planning, [
    ['./connector reconcile plan', 'exit code 0 only when all is equal'],
    ['./connector reconcile plan --json > plan.json', 'every row'],
  ]).action(run<Options>(plan));
  const applying = withWins(
    withVerify(
      asking(group.command('apply').description('Shows what differs, asks, and sends what mends it.')),
    ),
  );
  examples(applying, [
    ['./connector reconcile apply', 'asks, then sends'],
    ['./connector reconcile apply --verify', 'also finds what was changed in COR'],
  ]).action(run<Options>(apply));
  const ofUser = withWins(
    withVerify(
      asking(
        group.command('user').description('Shows what differs for one user, asks, and sends what mends it.'),
      ),
    ),
  ).argument('<id>', 'external id of the user; upper and lower case are different');
  examples(ofUser, [['./connector reconcile user ID', 'somebody is missing in COR']]).action(
    run<Options, [string]>(user),
  );
  const ofRow = asking(
    group
      .command('row')
      .description('Shows what differs for one row, whoever has it, asks, and sends what mends it.'),
  ).argument('<id>', 'id of the row, a GUID');
  examples(ofRow, [['./connector reconcile row ID', 'an event of it was lost']]).action(
    run<Options, [string]>(row),
  );
  const allowing = asking(
    group.command('allow').description('Reads what a run held back once more, and sends what still holds.'),
  ).argument('<run>', 'id of the run, as "reconcile report" lists it');
  examples(allowing, [['./connector reconcile allow RUN', 'the removals are meant so']]).action(
    run<Options, [string]>(allow),
  );
  const reporting = common(
    group.command('report').description('Shows the runs of the last 30 days, or one of them.'),
  ).argument('[run]', 'id of the run');
  examples(reporting, [['./connector reconcile report', 'the runs, a line each']]).action(
    run<Options, [string | undefined]>(report),
  );
};
