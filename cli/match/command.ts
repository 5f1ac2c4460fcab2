import { openReader } from '../../src/dataverse/open-reader.ts';
import type { DataverseReader } from '../../src/dataverse/reader.ts';
import type { Mapping } from '../../src/dynamics/mapping.ts';
import { readSettings } from '../../src/settings.ts';
import { EXIT, type ExitCode } from '../frame/exit-code.ts';
import { examples, jsonOption, whereOptions } from '../frame/options.ts';
import type { Define } from '../frame/program.ts';
import type { Session } from '../frame/session.ts';
import { commandSettings, type Where } from '../frame/settings.ts';
import { UsageError } from '../frame/usage-error.ts';
import { readAssigned } from './assigned.ts';
import { type Match, matchAll } from './matches.ts';

interface Options extends Where {
  readonly json?: boolean;
}

async function readMatches(reader: DataverseReader, mapping: Mapping, session: Session): Promise<Match[]> {
  const progress = session.progress('Rows read');
  try {
    return await matchAll(reader, await readAssigned(reader, mapping, (read) => progress.update(read)));
  } finally {
    progress.end();
  }
}

function show(matches: readonly Match[], session: Session): void {
  session.table({
    titles: ['Resource', 'Id', 'Rows', 'User in COR', 'By', 'Problem'],
    rows: matches.map(({ name, resource, rows, user, by, why }) => [name, resource, rows, user, by, why]),
    optional: ['By'],
  });
}

function summary(matches: readonly Match[]): string {
  const count = (test: (match: Match) => boolean) => matches.filter(test).length;
  const resolved = count(({ problem }) => problem === undefined);
  const noPerson = count(({ problem }) => problem === 'noPerson');
  const wrong = matches.length - resolved - noPerson;
  const skipped = noPerson === 0 ? '' : `, ${noPerson} no persons and are skipped`;
  return `${matches.length} resources with assignments: ${resolved} resolve, ${wrong} do not${skipped}.`;
}

async function match(session: Session, options: Options): Promise<ExitCode> {
  const { dataverse, mapping } = readSettings(commandSettings(options, session));
  if (!dataverse)
    throw new UsageError(
      'DATAVERSE_URL names no environment, so there is nothing to look at. Set it as in the app.',
    );
  session.target(`Table ${mapping.table} of ${new URL(dataverse.origin).host}`);
  const reader = openReader(dataverse, { signal: session.interruption() });
  try {
    const matches = await readMatches(reader, mapping, session);
    if (options.json) session.json(matches);
    else show(matches, session);
    session.say(summary(matches));
    return matches.every(({ problem }) => problem === undefined || problem === 'noPerson')
      ? EXIT.done
      : EXIT.differs;
  } finally {
    await reader.close();
  }
}

export const matchCommand: Define = (parent, run) => {
  const command = whereOptions(
    parent
      .command('match')
      .summary('who each resource with assignments is in COR, or why not')
      .description(
        'Lists every resource that has assignments: what it comes to in COR and by which column, or why it leads to nobody. Exit code 0 only when all do; what is no person is skipped, as the connector does. For before the first load.',
      ),
  )
    .addOption(jsonOption())
    .action(run<Options>(match));
  examples(command, [
    ['./connector match', 'everybody, as a table'],
    ['./connector match > match.tsv', 'the same for a spreadsheet'],
  ]);
};
