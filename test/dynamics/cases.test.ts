import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decode } from '../../src/dynamics/decode.ts';
import { loadMapping, type Mapping, parseMapping } from '../../src/dynamics/mapping.ts';
import { percentageSchema } from '../../src/dynamics/percentage-schema.ts';
import { translate } from '../../src/dynamics/translate.ts';
import type { LedgerEntry } from '../../src/ledger/document.ts';
import { percentagesOn } from '../../src/ledger/percentages.ts';

// Inputs after what users of this job met. They live beside the repository, not in it.
const FOLDER = new URL('../../../shared/samples/cases/', import.meta.url);

function read(name: string) {
  return JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8'));
}

/** The percentage in each of some days, as if the row of the event were the user's only one. */
function percentagesOf(name: string, mapping: Mapping, days: readonly string[]): (number | undefined)[] {
  const decoded = decode(Buffer.from(JSON.stringify(read(name))), {});
  if (decoded.outcome !== 'decoded') throw new Error(decoded.description);
  const translated = translate(decoded.context, mapping);
  const [change] = translated.outcome === 'apply' ? translated.changes : [];
  if (change?.kind !== 'put') throw new Error(`${name} is no put: ${JSON.stringify(translated)}`);
  const { allocation } = change;
  const workspace = String(change.workspace);
  const entry: LedgerEntry = { state: 'assigned', workspace, allocation, version: { sequence: 1 } };
  return days.map((day) => percentagesOn({ r: entry }, mapping.percentage, day).get(workspace)?.percentage);
}

const PRESET = loadMapping('resource-assignment');

function preset(percentage: object): Mapping {
  return { ...PRESET, percentage: percentageSchema.parse(percentage) };
}

function withRule(name: string, rule: object): Mapping {
  const json = read(name);
  const allocation = json.allocation.map((one: object) => ({ ...one, ...rule }));
  return parseMapping({ ...json, allocation }, name);
}

describe.runIf(existsSync(FOLDER))('cases that users of this job met', () => {
  const WEEKS = ['2026-01-07', '2026-01-14'];

  it.each([
    ['01-one-wednesday-los-angeles', 'America/Los_Angeles'],
    ['02-one-wednesday-sydney', 'Australia/Sydney'],
  ])('%s is one working day', (name, timeZone) => {
    expect(percentagesOf(name, preset({ timeZone, window: 'always' }), WEEKS)).toEqual([100, 100]);
    expect(percentagesOf(name, preset({ timeZone }), WEEKS)).toEqual([0, 20]);
  });

  it('03-two-weeks-sydney is all of both weeks', () => {
    const timeZone = 'Australia/Sydney';
    expect(percentagesOf('03-two-weeks-sydney', preset({ timeZone }), WEEKS)).toEqual([100, 100]);
    expect(percentagesOf('03-two-weeks-sydney', preset({ timeZone, window: 'always' }), WEEKS)).toEqual([
      100, 100,
    ]);
  });

  const MARCH = ['2026-02-27', '2026-03-04', '2026-03-11', '2026-03-16'];

  it('04-psa-date-user-local-madrid is ten working days', () => {
    const timeZone = 'Europe/Madrid';
    const name = '04-psa-date-user-local-madrid';
    expect(percentagesOf(name, preset({ timeZone }), MARCH)).toEqual([0, 50, 50, 0]);
    expect(percentagesOf(name, preset({ timeZone, window: 'always' }), MARCH)).toEqual([50, 50, 50, 50]);
  });

  it.each(['UTC', 'Europe/Madrid', 'America/Los_Angeles', 'Pacific/Kiritimati'])(
    '05-psa-date-only-behaviour is the same ten days in %s',
    (timeZone) => {
      const json = JSON.parse(
        readFileSync(new URL('../../src/dynamics/presets/resource-assignment.json', import.meta.url), 'utf8'),
      );
      const allocation = [
        {
          rule: 'hours',
          hours: 'msdyn_hours',
          start: { column: 'msdyn_fromdate', kind: 'date' },
          finish: { column: 'msdyn_todate', kind: 'date' },
        },
      ];
      const mapping = parseMapping({ ...json, allocation, percentage: { timeZone } }, 'case');
      expect(percentagesOf('05-psa-date-only-behaviour', mapping, MARCH)).toEqual([0, 50, 50, 0]);
    },
  );

  it('12-wish-e-percent-as-fraction is half with the unit, half a percent without', () => {
    const name = '12-wish-e-percent-as-fraction';
    const days = ['2026-03-04'];
    expect(percentagesOf(name, withRule(`${name}.mapping`, { unit: 'fraction' }), days)).toEqual([50]);
    expect(percentagesOf(name, withRule(`${name}.mapping`, {}), days)).toEqual([0.5]);
    expect(() => withRule(`${name}.mapping`, { unit: 'minutes' })).toThrow('/allocation/0/unit');
  });

  it('12-wish-i-hours-in-minutes-duration is 40 hours in ten days', () => {
    const name = '12-wish-i-hours-in-minutes-duration';
    const mapping = withRule(`${name}.mapping`, { unit: 'minutes' });
    expect(percentagesOf(name, mapping, MARCH)).toEqual([0, 50, 50, 0]);
    expect(() => withRule(`${name}.mapping`, { unit: 'fraction' })).toThrow('/allocation/0/unit');
  });
});
