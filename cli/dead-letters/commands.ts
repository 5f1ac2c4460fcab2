import type { Command } from 'commander';
import { dryRunOption, jsonOption, yesOption } from '../frame/options.ts';
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
  filterOptions(
    group.command('list').description('How many of each reason, and each: row, operation, tries.'),
  )
    .addOption(jsonOption())
    .action(run<ShowOptions>(list));
  filterOptions(
    withNumbers(
      group.command('show').description('Why one was given up, what to do, and what it would change.'),
    ),
  )
    .addOption(jsonOption())
    .option('--body', 'also the bodies as they were sent, which hold personal data')
    .action(run<ShowOptions, [string[]]>(show));
  withChoice(
    group
      .command('replay')
      .description('Puts them back into the queue, the oldest first. Safe at any time, and twice.'),
  )
    .addOption(dryRunOption())
    .option('--wait', 'follows them to their end, and says how many came back')
    .action(run<SettleOptions, [string[]]>(replayLetters));
  withChoice(group.command('discard').description('Deletes them for good.'))
    .addOption(dryRunOption())
    .addOption(yesOption())
    .action(run<SettleOptions, [string[]]>(discardLetters));
  withChoice(
    group
      .command('export')
      .description('Writes body and metadata of each into a new folder below .local/dead-letters.'),
  ).action(run<Options, [string[]]>(exportLetters));
  locationOptions(
    group
      .command('repair')
      .description(
        'Mends the event of a deleted row that came without its pre-image: the ledger knows whose the row was. Then replays it.',
      )
      .argument('<number>', 'sequence number of the dead letter'),
  )
    .addOption(dryRunOption())
    .addOption(yesOption())
    .option('--wait', 'follows it to its end')
    .action(run<RepairOptions, [string]>(repairLetter));
};
