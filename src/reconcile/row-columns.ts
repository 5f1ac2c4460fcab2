import type {
  Allocation,
  AssignmentChange,
  RemoveAssignment,
  RowVersion,
} from '../dynamics/assignment-change.ts';

/*
 * Changes as numbers in columns. As objects, hundreds of thousands of them take some 400 bytes each and are
 * looked through by every collection of garbage while the pages are read; in columns they take a quarter.
 */

const BASIS = { kind: 'read' } as const;
const NONE = -1;

/** Texts by number: what repeats (ids, names, days) is kept once. */
class Texts {
  private readonly numbers = new Map<string, number>();
  private readonly texts: string[] = [];

  numberOf(text: string | undefined): number {
    if (text === undefined) return NONE;
    const known = this.numbers.get(text);
    if (known !== undefined) return known;
    this.numbers.set(text, this.texts.length);
    return this.texts.push(text) - 1;
  }

  text(number: number | undefined): string | undefined {
    return number === undefined || number === NONE ? undefined : this.texts[number];
  }
}

const WHYS: readonly RemoveAssignment['why'][] = [
  'deleted',
  'moved',
  'deactivated',
  'unassigned',
  'excluded',
];

/** One number of each column for each change. */
const COLUMNS = [
  'user',
  'workspace',
  'name',
  'source',
  'number',
  'modifiedOn',
  /** Of a removal its reason, of a put `NONE`. */
  'why',
  /** 1 where the amount is a percentage, 0 where it is hours. */
  'isPercentage',
  'amount',
  'start',
  'finish',
] as const;

type Column = (typeof COLUMNS)[number];
type Numbers = Record<Column, number>;

const amountOf = (allocation: Allocation): number =>
  'hours' in allocation ? allocation.hours : allocation.percentage;

/** Changes of rows that were read, in columns. */
export class RowColumns {
  private readonly texts = new Texts();
  private readonly columns: Record<Column, number[]> = Object.fromEntries(
    COLUMNS.map((name) => [name, []]),
  ) as unknown as Record<Column, number[]>;

  /** The place of the change. */
  add(change: AssignmentChange): number {
    const { texts } = this;
    const put = change.kind === 'put' ? change : undefined;
    const numbers: Numbers = {
      user: texts.numberOf(change.user),
      workspace: texts.numberOf(change.workspace),
      name: texts.numberOf(put?.workspaceName),
      source: texts.numberOf(put?.source),
      number: change.version.number ?? Number.NaN,
      modifiedOn: change.version.modifiedOn ?? Number.NaN,
      why: change.kind === 'remove' ? WHYS.indexOf(change.why) : NONE,
      isPercentage: put && 'percentage' in put.allocation ? 1 : 0,
      amount: put ? amountOf(put.allocation) : 0,
      start: texts.numberOf(put?.allocation.start),
      finish: texts.numberOf(put?.allocation.finish),
    };
    for (const name of COLUMNS) this.columns[name].push(numbers[name]);
    return this.columns.user.length - 1;
  }

  /** The change of `record` at a place, as it was added. */
  at(place: number, record: string): AssignmentChange {
    const take = (name: Column): number => this.columns[name][place] ?? NONE;
    const text = (name: Column) => this.texts.text(take(name));
    const [user = '', workspace, workspaceName, source] = [
      text('user'),
      text('workspace'),
      text('name'),
      text('source'),
    ];
    const version = versionAt(take('number'), take('modifiedOn'));
    const why = WHYS[take('why')];
    const common = { user, record, version, basis: BASIS };
    if (why !== undefined)
      return { ...common, kind: 'remove', why, ...(workspace !== undefined && { workspace }) };
    return {
      ...common,
      kind: 'put',
      workspace: workspace ?? '',
      ...(workspaceName !== undefined && { workspaceName }),
      allocation: this.allocationAt(place),
      ...(source !== undefined && { source }),
    };
  }

  private allocationAt(place: number): Allocation {
    const { amount: amounts, isPercentage, start: starts, finish: finishes } = this.columns;
    const amount = amounts[place] ?? 0;
    const start = this.texts.text(starts[place]);
    const finish = this.texts.text(finishes[place]);
    if (!isPercentage[place]) return { hours: amount, start: start ?? '', finish: finish ?? '' };
    return {
      percentage: amount,
      ...(start !== undefined && { start }),
      ...(finish !== undefined && { finish }),
    };
  }
}

function versionAt(number: number, modifiedOn: number): RowVersion {
  return {
    ...(!Number.isNaN(number) && { number }),
    ...(!Number.isNaN(modifiedOn) && { modifiedOn }),
  };
}
