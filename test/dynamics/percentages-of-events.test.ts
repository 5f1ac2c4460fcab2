import { describe, expect, it } from 'vitest';
import { assignmentsOf } from '../../local/histories/day-by-day.ts';
import { type Mapping, parseMapping } from '../../src/dynamics/mapping.ts';
import { percentagesOn } from '../../src/ledger/percentages.ts';
import { lookup, NEW, option, translated } from './assignment-event.ts';

const base = {
  msdyn_bookableresourceid: lookup(NEW),
  msdyn_projectid: lookup('22222222-bbbb-4bbb-8bbb-000000000009'),
  statecode: option(0),
  versionnumber: 31,
};

/** A row of hours between two columns; the mapping's table has the user and project columns of the preset. */
function mappingOf(allocation: object, percentage: object = {}): Mapping {
  return parseMapping(
    {
      table: 'msdyn_resourceassignment',
      user: { column: 'msdyn_bookableresourceid' },
      workspace: { column: 'msdyn_projectid' },
      allocation: [allocation],
      percentage,
    },
    'of the test',
  );
}

const HOURS = { rule: 'hours', hours: 'new_hours', start: 'new_from', finish: 'new_to' };

/** Hours between two points in time, as a row says them. */
const hours = (new_hours: number, from: string, to: string) => ({
  new_hours,
  new_from: `/Date(${Date.parse(from)})/`,
  new_to: `/Date(${Date.parse(to)})/`,
});

/** What the event of one row comes to on some days. */
function percentages(columns: object, mapping: Mapping, days: readonly string[]): (number | undefined)[] {
  const result = translated({ post: { ...base, ...columns } }, { message: 'Create', mapping });
  const [change] = result.outcome === 'apply' ? result.changes : [];
  if (change?.kind !== 'put') throw new Error(`is no put: ${JSON.stringify(result)}`);
  const entries = assignmentsOf([{ workspace: 'w', allocation: change.allocation }]);
  return days.map((day) => percentagesOn(entries, mapping.percentage, day).get('w')?.percentage);
}

describe('work of one day, where the day is another one in UTC', () => {
  it.each([
    // Nine to five of 20 May 2026, a Wednesday, at both ends of the world.
    ['America/Vancouver', hours(6, '2026-05-20T16:00Z', '2026-05-21T00:00Z')],
    ['Pacific/Auckland', hours(6, '2026-05-19T21:00Z', '2026-05-20T05:00Z')],
  ])('is work of one day in %s', (timeZone, columns) => {
    const days = ['2026-05-13', '2026-05-20', '2026-05-27'];
    expect(percentages(columns, mappingOf(HOURS, { timeZone }), days)).toEqual([0, 15, 0]);
    const always = mappingOf(HOURS, { timeZone, window: 'always' });
    expect(percentages(columns, always, days)).toEqual([75, 75, 75]);
    // In UTC it reaches into a second day, and half of it is all that is left for each.
    const utc = mappingOf(HOURS, { window: 'always' });
    expect(percentages(columns, utc, days)).toEqual([37.5, 37.5, 37.5]);
  });

  it('and weeks of it fill each of them, from the first day on', () => {
    // Monday 18 to Friday 29 May in Auckland.
    const columns = hours(80, '2026-05-17T21:00Z', '2026-05-29T05:00Z');
    const rule = { timeZone: 'Pacific/Auckland' };
    const days = ['2026-05-15', '2026-05-18', '2026-05-29', '2026-06-01'];
    expect(percentages(columns, mappingOf(HOURS, rule), days)).toEqual([0, 100, 100, 0]);
  });
});

describe('days that are kept as points in time', () => {
  const days = ['2026-06-05', '2026-06-10', '2026-06-17', '2026-06-22'];

  it("are those of the writer's zone, when they were written as its midnight", () => {
    // Monday 8 to Friday 19 June in Athens, three hours before UTC.
    const columns = hours(20, '2026-06-07T21:00Z', '2026-06-18T21:00Z');
    const timeZone = 'Europe/Athens';
    expect(percentages(columns, mappingOf(HOURS, { timeZone }), days)).toEqual([0, 25, 25, 0]);
    const always = mappingOf(HOURS, { timeZone, window: 'always' });
    expect(percentages(columns, always, days)).toEqual([25, 25, 25, 25]);
  });

  it.each(['UTC', 'Europe/Athens', 'America/Vancouver', 'Pacific/Kiritimati'])(
    'are never shifted when the columns are of kind date: %s',
    (timeZone) => {
      const rule = {
        ...HOURS,
        start: { column: 'new_from', kind: 'date' },
        finish: { column: 'new_to', kind: 'date' },
      };
      const columns = hours(20, '2026-06-08T00:00Z', '2026-06-19T00:00Z');
      expect(percentages(columns, mappingOf(rule, { timeZone }), days)).toEqual([0, 25, 25, 0]);
    },
  );
});

describe('numbers in another unit', () => {
  it('a fraction is a share of one; without the unit it is one of a hundred', () => {
    const rule = { rule: 'percentage', column: 'new_share' };
    const columns = { new_share: 0.8 };
    const day = ['2026-06-10'];
    expect(percentages(columns, mappingOf({ ...rule, unit: 'fraction' }), day)).toEqual([80]);
    expect(percentages(columns, mappingOf(rule), day)).toEqual([0.8]);
  });

  it('minutes of a duration become hours', () => {
    const columns = hours(1_800, '2026-06-08T08:00Z', '2026-06-12T16:00Z');
    expect(percentages(columns, mappingOf({ ...HOURS, unit: 'minutes' }), ['2026-06-10'])).toEqual([75]);
  });
});
