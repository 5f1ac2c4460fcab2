import type { Command } from 'commander';
import { dryRunOption, examples, jsonOption, yesOption } from '../frame/options.ts';
import type { Define } from '../frame/program.ts';
import { exportLetters } from './export.ts';
import { list, type ShowOptions, show } from './list.ts';
import { filterOptions, locationOptions, type Options } from './options.ts';
import { type RepairOptions, repairLetter } from './repair.ts';
import { discardLetters, replayLetters, type SettleOptions } from './settle.ts';

const NUMBERS = 'sequence numbers of single ones, as the list shows them';

const withNumbers = (command: Command) => command.argument('[numbers...]', NUMBERS);
const withChoice = (command: Command) => filterOptions(withNumbers(command).option('--all', 'all of them'));

export const deadLetterCommands: Define = (parent, run) => {
  const group = parent
    .command('dead-letters')
    .summary('the messages that the connector gave up, and what to do with them')
    .description(
      'The messages that the connector gave up, and what to do with them. Options narrow down together.',
    );
  examples(group, [
    ['./connector dead-letters list', 'what there is'],
    ['./connector dead-letters show 5', 'why, and what to do'],
    ['./connector dead-letters replay 5 --wait', 'tries it again, and says what came of it'],
  ]);
  const listing = filterOptions(
    group
      .command('list')
      .summary('how many of each reason, and each one')
      .description('How many of each reason; then row, operation and tries of each.'),
  ).addOption(jsonOption());
  examples(listing, [
    ['./connector dead-letters list', 'all'],
    ['./connector dead-letters list --reason TooOld', 'those of one reason'],
  ]).action(run<ShowOptions>(list));
  const showing = filterOptions(
    withNumbers(
      group
        .command('show')
        .summary('why one was given up, and what to do')
        .description('Why one was given up, what to do, and what it would change.'),
    ),
  )
    .addOption(jsonOption())
    .option('--body', 'also the bodies as they were sent, which hold personal data');
  examples(showing, [['./connector dead-letters show 5', 'one, by its number in the list']]).action(
    run<ShowOptions, [string[]]>(show),
  );
  const replaying = withChoice(
    group
      .command('replay')
      .summary('puts them back into the queue')
      .description('Puts them back into the queue, the oldest first. Safe at any time, and twice.'),
  )
    .addOption(dryRunOption())
    .option('--wait', 'follows them to their end, and says how many came back');
  examples(replaying, [
    ['./connector dead-letters replay 5 --wait', 'one, to its end'],
    ['./connector dead-letters replay --reason TooOld --dry-run', 'which it would be'],
  ]).action(run<SettleOptions, [string[]]>(replayLetters));
  const discarding = withChoice(
    group
      .command('discard')
      .summary('deletes them for good')
      .description('Deletes them for good. Shows them and asks first.'),
  )
    .addOption(dryRunOption())
    .addOption(yesOption());
  examples(discarding, [['./connector dead-letters discard 5 7', 'two of them']]).action(
    run<SettleOptions, [string[]]>(discardLetters),
  );
  const exporting = withChoice(
    group
      .command('export')
      .summary('writes them into files')
      .description('Writes body and metadata of each into a new folder below .local/dead-letters.'),
  );
  examples(exporting, [['./connector dead-letters export 5', 'one of them']]).action(
    run<Options, [string[]]>(exportLetters),
  );
  const repairing = locationOptions(
    group
      .command('repair')
      .summary('mends the event of a deleted row, and replays it')
      .description(
        'Mends the event of a deleted row that came without its pre-image: the ledger knows whose the row was. Then replays it.',
      )
      .argument('<number>', 'sequence number of the dead letter'),
  )
    .addOption(dryRunOption())
    .addOption(yesOption())
    .option('--wait', 'follows it to its end');
  examples(repairing, [
    ['./connector dead-letters repair 5 --wait', 'mends one, and says what came of it'],
  ]).action(run<RepairOptions, [string]>(repairLetter));
};
