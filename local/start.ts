import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { settingsSchema } from '../src/settings-schema.ts';
import { buildConnector, requireWritable } from './demo/build.ts';
import { keepAllowedEnvironment } from './demo/environment.ts';
import { createOutput } from './demo/output.ts';
import { runDemo } from './demo/run.ts';
import { STORY_DAY } from './events/story-day.ts';

const USAGE = `Starts the whole flow on this machine: a Service Bus-compatible broker, a COR sandbox,
a local Dataverse, storage, and the connector once for each preset. Plays the sample
events of local/events, shows what came of them, and stays up with a page on which rows
can be changed and services broken.

  npm start                        stays up afterwards; Ctrl-C ends everything
  npm start -- --once              ends after the tables; exit code 0 only if every
                                   sample ended as its file name says
  npm start -- --json              the connectors' log as JSON on standard output,
                                   everything else on standard error
  npm start -- --service-bus TEXT  plays once against another Service Bus: Microsoft's emulator,
                                   or a namespace. TEXT is its connection string; env:NAME
                                   takes it from the environment, where no other user of the
                                   machine sees the key. It needs two empty queues,
                                   resource-assignment and project-team
  npm start -- --today 2026-03-11  plays on another day than ${STORY_DAY}: the percentages
                                   are those of its week`;

const PROJECT = fileURLToPath(new URL('..', import.meta.url));

/** What `--service-bus` says, or what the environment variable says that it names. */
function connectionString(given: string | undefined): string | undefined {
  const name = given?.startsWith('env:') ? given.slice('env:'.length) : undefined;
  const text = name === undefined ? given : (process.env[name] ?? '');
  if (text !== undefined && !/^Endpoint=sb:/i.test(text))
    throw new Error(
      '--service-bus should be a connection string, Endpoint=sb://…, or env:NAME of a variable with one.',
    );
  return text;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      once: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      /** Said by the npm script: the connector is built first. */
      build: { type: 'boolean', default: false },
      'service-bus': { type: 'string' },
      today: { type: 'string', default: STORY_DAY },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  if (!settingsSchema.shape.COR_TODAY.safeParse(values.today).success)
    throw new Error(`--today should be a date such as ${STORY_DAY}.`);
  const serviceBus = connectionString(values['service-bus']);
  keepAllowedEnvironment(process.env);
  requireWritable(PROJECT);
  const output = createOutput({ json: values.json });
  if (values.build) await output.during('Building the connector', buildConnector(PROJECT));
  return runDemo({ project: PROJECT, once: values.once, day: values.today, serviceBus, output });
}

try {
  process.exit(await main());
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
