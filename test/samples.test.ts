import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { assignmentsOf } from '../local/histories/day-by-day.ts';
import { decode } from '../src/dynamics/decode.ts';
import { loadMapping, type Mapping, parseMapping } from '../src/dynamics/mapping.ts';
import { percentageSchema } from '../src/dynamics/percentage-schema.ts';
import { translate } from '../src/dynamics/translate.ts';
import type { Translation } from '../src/dynamics/translation.ts';
import { percentagesOn } from '../src/ledger/percentages.ts';
import { startConnector } from './connector/one-connector.ts';
import { refusalOf } from './dynamics/assignment-event.ts';

// Messages that others collected or wrote, in a folder beside the checkout. This file is collected only where
// that folder is (vitest.config.ts). What it shows is shown by tests with fixtures of our own as well:
// test/dynamics, test/connector.
const SAMPLES = new URL('../../shared/samples/', import.meta.url);
const PRESET = loadMapping('resource-assignment');

const read = (name: string) => readFileSync(new URL(`${name}.json`, SAMPLES));
const decoded = (name: string) => decode(read(name), { contentType: 'application/json' });

function translated(name: string, mapping: Mapping = PRESET): Translation {
  const result = decoded(name);
  return result.outcome === 'decoded' ? translate(result.context, mapping) : result;
}

/** The mapping that lies beside a case, with members changed. */
function mappingOf(name: string, over: object = {}): Mapping {
  return parseMapping({ ...JSON.parse(read(`cases/${name}.mapping`).toString()), ...over }, name);
}

function percentages(name: string, mapping: Mapping, days: readonly string[]): (number | undefined)[] {
  const result = translated(`cases/${name}`, mapping);
  const [change] = result.outcome === 'apply' ? result.changes : [];
  if (change?.kind !== 'put') throw new Error(`${name} is no put: ${JSON.stringify(result)}`);
  const entries = assignmentsOf([{ workspace: 'w', allocation: change.allocation }]);
  return days.map((day) => percentagesOn(entries, mapping.percentage, day).get('w')?.percentage);
}

const preset = (percentage: object): Mapping => ({
  ...PRESET,
  percentage: percentageSchema.parse(percentage),
});

describe('messages that were captured from Dataverse', () => {
  it.each([
    ['01-create-alltypes-async-postimage', 'Create', 'albxrm_alltypes'],
    ['02-update-contact-async', 'Update', 'contact'],
    ['06-create-spdocumentlocation-postimage', 'Create', 'sharepointdocumentlocation'],
    ['08-update-account-typed-guid-datetime', 'Update', 'account'],
    ['09-update-agentstatus-async-rowversion', 'Update', 'msdyn_agentstatus'],
    ['14-delete-account-sync', 'Delete', 'account'],
  ])('%s is understood, and of another table', (name, messageName, primaryEntityName) => {
    expect(decoded(`dynamics/${name}`)).toMatchObject({ context: { messageName, primaryEntityName } });
    for (const mapping of [PRESET, loadMapping('project-team')])
      expect(translated(`dynamics/${name}`, mapping)).toEqual({ outcome: 'skip', reason: 'otherTable' });
  });

  it.each([
    ['15-fo-data-event-onexternalcreated', 'Finance & Operations data event'],
    ['16-fo-business-event-customer', 'Finance & Operations business event'],
  ])('%s is refused by name', (name, what) => {
    expect(refusalOf(translated(`dynamics/${name}`))).toMatch(`NotRemoteExecutionContext: `);
    expect(refusalOf(translated(`dynamics/${name}`))).toContain(what);
  });
});

describe('the percentage of a case', () => {
  const JANUARY = ['2026-01-07', '2026-01-14'];
  const MARCH = ['2026-02-27', '2026-03-04', '2026-03-11', '2026-03-16'];
  const allocation = { rule: 'hours', hours: 'msdyn_hours' };
  const dates = {
    start: { column: 'msdyn_fromdate', kind: 'date' },
    finish: { column: 'msdyn_todate', kind: 'date' },
  };
  const dateOnly = (timeZone: string) =>
    parseMapping(
      {
        table: PRESET.table,
        user: { column: 'msdyn_bookableresourceid' },
        workspace: { column: 'msdyn_projectid' },
        allocation: [{ ...allocation, ...dates }],
        percentage: { timeZone },
      },
      'case',
    );
  const always = 'always';

  it.each<[string, Mapping, readonly string[], readonly number[]]>([
    ['01-one-wednesday-los-angeles', preset({ timeZone: 'America/Los_Angeles' }), JANUARY, [0, 20]],
    [
      '01-one-wednesday-los-angeles',
      preset({ timeZone: 'America/Los_Angeles', window: always }),
      JANUARY,
      [100, 100],
    ],
    ['02-one-wednesday-sydney', preset({ timeZone: 'Australia/Sydney' }), JANUARY, [0, 20]],
    [
      '02-one-wednesday-sydney',
      preset({ timeZone: 'Australia/Sydney', window: always }),
      JANUARY,
      [100, 100],
    ],
    ['03-two-weeks-sydney', preset({ timeZone: 'Australia/Sydney' }), JANUARY, [100, 100]],
    ['03-two-weeks-sydney', preset({ timeZone: 'Australia/Sydney', window: always }), JANUARY, [100, 100]],
    ['04-psa-date-user-local-madrid', preset({ timeZone: 'Europe/Madrid' }), MARCH, [0, 50, 50, 0]],
    [
      '04-psa-date-user-local-madrid',
      preset({ timeZone: 'Europe/Madrid', window: always }),
      MARCH,
      [50, 50, 50, 50],
    ],
    ['05-psa-date-only-behaviour', dateOnly('America/Los_Angeles'), MARCH, [0, 50, 50, 0]],
    ['05-psa-date-only-behaviour', dateOnly('Pacific/Kiritimati'), MARCH, [0, 50, 50, 0]],
  ])('%s', (name, mapping, days, expected) => {
    expect(percentages(name, mapping, days)).toEqual(expected);
  });

  it.each([
    ['12-wish-e-percent-as-fraction', 'fraction', [50, 50, 50, 50]],
    ['12-wish-i-hours-in-minutes-duration', 'minutes', [0, 50, 50, 0]],
  ])('%s', (name, unit, expected) => {
    const rules: object[] = JSON.parse(read(`cases/${name}.mapping`).toString()).allocation;
    const mapping = mappingOf(name, { allocation: rules.map((rule) => ({ ...rule, unit })) });
    expect(percentages(name, mapping, MARCH)).toEqual(expected);
  });
});

describe('what a case comes to', () => {
  const incomplete = { outcome: 'incomplete', otherwise: { reason: 'MissingImage' } };
  const put = (over: object) => ({ outcome: 'apply', changes: [{ kind: 'put', ...over }] });
  const bookedHard = {
    allocation: [{ rule: 'percentage', column: 'new_percent' }],
    only: { column: 'new_committype', in: [192_350_001] },
  };

  it.each<[string, object, Mapping?]>([
    ['06-restored-1-create', put({ version: { number: 1_000 } })],
    ['06-restored-2-delete', { changes: [{ kind: 'remove', version: { number: 1_000 } }] }],
    ['06-restored-3-restore', { ...incomplete, why: 'restored' }],
    ['06-restored-4-create-again', put({ version: { number: 2_000 } })],
    ['06-restored-5-update', put({ version: { number: 2_100 } })],
    ['07-deactivated-images-without-user', incomplete],
    ['07-images-without-any-column-update', incomplete],
    ['07-inactive-row-image-without-state', incomplete],
    ['07-pre-image-id-only-delete', incomplete],
    ['08-number-id-19-digits', { reason: 'MappingFailed' }, mappingOf('08-number-id')],
    ['09-lone-surrogate-in-id', { reason: 'MappingFailed' }, mappingOf('09-lone-surrogate')],
    ['10-updatemultiple-only', { outcome: 'skip', reason: 'unreadMessage' }],
    [
      '12-wish-a-workspace-by-choice',
      put({ workspace: expect.stringMatching(/^\d+$/) }),
      mappingOf('12-wish-a-workspace-by-choice'),
    ],
    ['12-wish-j-fixed-workspace', put({ workspace: 'CONSULTING' }), mappingOf('12-wish-j-fixed-workspace')],
    [
      '12-wish-k-only-hard-booked',
      { outcome: 'skip', reason: 'excluded' },
      mappingOf('12-wish-k-only-hard-booked', bookedHard),
    ],
    ['13-nan-in-a-foreign-column', put({ allocation: { hours: 40 } })],
  ])('%s', (name, expected, mapping) => {
    expect(translated(`cases/${name}`, mapping)).toMatchObject(expected);
  });
});

it('the restored row is attached again, and an event of the copied sandbox changes nothing', async () => {
  const [user, project] = ['20d6c3cc-5f59-4733-a571-be96ba510898', '4a850006-5862-472a-a8b5-4d394e2b5620'];
  const { sandbox, handle } = await startConnector({
    users: [user],
    workspaces: [project],
    settings: { COR_TODAY: '2026-03-04' },
  });
  const ends: (string | undefined)[] = [];
  const names = ['1-create', '2-delete', '3-restore', '4-create-again', '5-update'].map(
    (name) => `06-restored-${name}`,
  );
  for (const name of [...names, '11-copied-sandbox']) {
    const line = await handle(read(`cases/${name}`), Date.UTC(2026, 2, 4));
    ends.push(line?.deadLetterReason ?? line?.outcome);
  }
  expect(ends.join()).toBe('succeeded,succeeded,MissingImage,succeeded,succeeded,WrongOrganization');
  expect(sandbox.state()).toEqual({ [user]: { [project]: 100 } });
});
