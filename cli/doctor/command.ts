import { readSettings, type Settings } from '../../src/settings.ts';
import { EXIT, type ExitCode } from '../frame/exit-code.ts';
import { explain } from '../frame/failure.ts';
import { examples, jsonOption, whereOptions } from '../frame/options.ts';
import type { Define } from '../frame/program.ts';
import type { Style } from '../frame/screen.ts';
import type { Session } from '../frame/session.ts';
import { commandSettings, type Environment, type Where } from '../frame/settings.ts';
import { type Finding, failed, ok } from './check.ts';
import { checkDataverse } from './dataverse.ts';
import { checkDuplicates } from './duplicate-detection.ts';
import { checkAz, checkAzd, checkNode, checkProxy, checkVault } from './machine.ts';
import { checkCor, checkLedger, checkQueue } from './services.ts';

interface Options extends Where {
  readonly json?: boolean;
}

const MARKS: Readonly<Record<Finding['state'], readonly [mark: string, style: Style]>> = {
  ok: ['✔', 'green'],
  unsure: ['!', 'yellow'],
  failed: ['✘', 'red'],
  skipped: ['-', 'dim'],
};

function say({ about, state, text, todo }: Finding, session: Session): void {
  const [mark, style] = MARKS[state];
  session.print(`${mark} ${about}: ${text}`, style);
  if (todo !== undefined) session.print(`    ${todo}`);
}

/**
 * The findings of one look. Whatever goes wrong with it is a finding too, and does not keep the others from
 * being made.
 */
async function look(about: string, check: () => Promise<Finding | Finding[]> | Finding): Promise<Finding[]> {
  try {
    return [await check()].flat();
  } catch (error) {
    return [failed(about, explain(error).text, 'Mend what it says.')];
  }
}

function readAll(environment: Environment): Settings | Finding {
  try {
    return readSettings(environment);
  } catch (error) {
    return failed(
      'settings',
      explain(error).text,
      'docs/settings.md has each; the app would not start with these either.',
    );
  }
}

async function* findingsOf(session: Session, environment: Environment): AsyncGenerator<Finding> {
  yield checkNode();
  yield* await look('az login', () => checkAz(session));
  yield* await look('azd login', () => checkAzd(session));
  yield* await look('vault', () => checkVault(session));
  yield checkProxy(session);
  const settings = readAll(environment);
  if ('state' in settings) {
    yield settings;
    return;
  }
  yield ok('settings', `mapping of ${settings.mapping.table}`);
  yield* await look('queue', () => checkQueue(settings));
  yield* await look('queue, duplicates', () => checkDuplicates(settings));
  yield* await look('ledger', () => checkLedger(settings));
  yield* await look('COR, token', () => checkCor(settings));
  yield* await look('Dataverse', () => checkDataverse(session, environment, settings.mapping));
}

async function doctor(session: Session, options: Options): Promise<ExitCode> {
  const environment = commandSettings(options, session);
  session.target(options.local ? 'The local stack' : 'local.settings.json and the environment');
  const found: Finding[] = [];
  for await (const finding of findingsOf(session, environment)) {
    found.push(finding);
    if (!options.json) say(finding, session);
  }
  if (options.json) session.json(found);
  return found.some(({ state }) => state === 'failed') ? EXIT.differs : EXIT.done;
}

export const doctorCommand: Define = (parent, run) => {
  const command = whereOptions(
    parent
      .command('doctor')
      .summary('looks at everything that the connector and its commands need, and says what to do')
      .description(
        'Looks at versions, logins, proxy, settings, roles on queue and storage, the token of COR, and Dataverse: a line each, with what to do. Changes nothing.',
      ),
  )
    .addOption(jsonOption())
    .action(run<Options>(doctor));
  examples(command, [
    ['./connector doctor', 'what local.settings.json and the environment name'],
    ['./connector doctor --local', 'the running local stack'],
  ]);
};
