import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { readLedgerSettings, readSettings, type Settings } from '../src/config.ts';
import { openCor } from '../src/cor/open-cor.ts';
import type { LedgerDocument, LedgerEntry } from '../src/ledger/document.ts';
import type { Ledger } from '../src/ledger/ledger.ts';
import { openLedger } from '../src/ledger/open-ledger.ts';
import { percentages } from '../src/ledger/percentages.ts';
import { verifyUser } from '../src/sync/verify-user.ts';
import { commandSettings } from './settings.ts';

const USAGE = `What the connector believes that COR holds.

  npm run ledger -- list [--json]                 all users: assignments, workspaces
  npm run ledger -- show USER [--json]            one user: every assignment, the percentage of every workspace
  npm run ledger -- show USER --verify            also tells COR all of it and compares the reply (this mends what differs)
  npm run ledger -- list --verify                 the same for all users
  npm run ledger -- export                        every document, one line of JSON each

  --local [--preset NAME]    the running local stack; else local.settings.json and the environment
Exit code: 0 ok, 1 COR differs or something failed, 2 wrong use.`;

class UsageError extends Error {}

type Rule = Settings['mapping']['percentage'];

function held(document: LedgerDocument, rule: Rule): Record<string, number> {
  return Object.fromEntries([...percentages(document, rule)].map(([id, { percentage }]) => [id, percentage]));
}

function allocationText(entry: LedgerEntry): string {
  if (entry.state !== 'assigned') return '';
  const { allocation } = entry;
  if ('percentage' in allocation) return `${allocation.percentage} %`;
  return `${allocation.hours} h, ${allocation.start} to ${allocation.finish}`;
}

function versionText({ version }: LedgerEntry): string {
  const when = version.modifiedOn === undefined ? '' : ` ${new Date(version.modifiedOn).toISOString()}`;
  return `${version.number ?? '–'}${when} #${version.sequence}`;
}

function showDocument(document: LedgerDocument, rule: Rule): string {
  const rows = new Table({
    head: ['Assignment', 'State', 'Workspace', 'Allocation', 'Version, modified, sequence'],
  });
  for (const [record, entry] of Object.entries(document.assignments)) {
    rows.push([
      record,
      entry.state,
      entry.state === 'assigned' ? entry.workspace : '',
      allocationText(entry),
      versionText(entry),
    ]);
  }
  const totals = new Table({ head: ['Workspace', 'Percentage'] });
  for (const [workspace, percentage] of Object.entries(held(document, rule)))
    totals.push([workspace, `${percentage} %`]);
  return `${rows}\n${totals}`;
}

async function everyDocument(ledger: Ledger): Promise<LedgerDocument[]> {
  const documents: LedgerDocument[] = [];
  for await (const user of ledger.users()) {
    const { document } = await ledger.load(user);
    // A document without entries only guarded a user against other instances while a message was refused.
    if (Object.keys(document.assignments).length > 0) documents.push(document);
  }
  return documents.sort((a, b) => a.user.localeCompare(b.user));
}

async function verify(
  documents: readonly LedgerDocument[],
  ledger: Ledger,
  environment: Parameters<typeof readSettings>[0],
): Promise<boolean> {
  const settings = readSettings(environment);
  const cor = openCor(settings.cor);
  let equal = true;
  try {
    for (const { user } of documents) {
      const found = await verifyUser(ledger, cor, settings.mapping.percentage, user);
      if (found.kind === 'equal')
        console.log(`${user}: COR holds what the ledger says (${found.corCalls} calls)`);
      else if (found.kind === 'changedMeanwhile')
        console.log(`${user}: changed meanwhile by the connector; run it again`);
      else console.log(`${user}: COR differs: ${found.failure.description}`);
      equal &&= found.kind === 'equal';
    }
  } finally {
    await cor.close();
  }
  return equal;
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: {
      json: { type: 'boolean' },
      verify: { type: 'boolean' },
      local: { type: 'boolean', default: false },
      preset: { type: 'string', default: 'resource-assignment' },
      help: { type: 'boolean', short: 'h' },
    },
    allowPositionals: true,
  });
  const [command, user, ...rest] = positionals;
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const fits =
    (command === 'show' && user !== undefined) ||
    ((command === 'list' || command === 'export') && user === undefined);
  if (!fits || rest.length > 0) throw new UsageError(USAGE);

  const environment = commandSettings(values);
  const { ledger: connection, mapping } = readLedgerSettings(environment);
  const ledger = openLedger(connection);
  const documents =
    command === 'show' && user !== undefined
      ? [(await ledger.load(user)).document]
      : await everyDocument(ledger);
  const rule = mapping.percentage;

  if (command === 'export') for (const document of documents) console.log(JSON.stringify(document));
  else if (values.json) {
    const found = documents.map((document) => ({ ...document, percentages: held(document, rule) }));
    console.log(JSON.stringify(command === 'show' ? found[0] : found, null, 2));
  } else if (command === 'show') for (const document of documents) console.log(showDocument(document, rule));
  else {
    const table = new Table({ head: ['User', 'Assignments', 'Workspaces'] });
    for (const document of documents) {
      const assigned = Object.values(document.assignments).filter(({ state }) => state === 'assigned').length;
      table.push([document.user, assigned, Object.keys(held(document, rule)).length]);
    }
    console.log(table.toString());
  }
  return !values.verify || (await verify(documents, ledger, environment)) ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  const usage =
    error instanceof UsageError || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS');
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = usage ? 2 : 1;
}
