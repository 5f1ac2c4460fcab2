import { dirname, resolve } from 'node:path';
import { isObject } from '../json.ts';
import { parseAs } from '../parse-as.ts';
import { readCrossReference } from './cross-reference.ts';
import { type IdSource, needsLookUp } from './id-source.ts';
import type { UnreadSource } from './id-source-schema.ts';
import { MappingError } from './mapping-error.ts';
import { readJsonFile } from './mapping-file.ts';
import { mappingProblems, mappingSchema } from './mapping-schema.ts';
import type { PercentageRule } from './percentage-rule.ts';
import projectTeam from './presets/project-team.json' with { type: 'json' };
import resourceAssignment from './presets/resource-assignment.json' with { type: 'json' };

/** Limits a rule to rows whose choice column has one of these values. */
export interface Condition {
  readonly column: string;
  readonly in: readonly number[];
}

/**
 * A column with a day. `date`: the UTC day, never shifted, for columns of Date Only behaviour. `dateTime`: a
 * point in time, whose day is that of the mapping's time zone. Midnight is no hint: columns of User Local
 * behaviour hold the writer's midnight as UTC.
 */
export interface DateColumn {
  readonly column: string;
  readonly kind: 'date' | 'dateTime';
}

/** One way to find the allocation of a row. Of several columns the first that is not empty counts. */
export type AllocationRule = { readonly when?: Condition | undefined } & (
  | PercentageAllocation
  | HoursAllocation
  | ConstantAllocation
);

/** Days within which a fixed percentage holds; it has no bound where both are left out, or empty. */
interface OptionalDates {
  readonly start?: readonly DateColumn[] | undefined;
  readonly finish?: readonly DateColumn[] | undefined;
}

export interface PercentageAllocation extends OptionalDates {
  readonly rule: 'percentage';
  readonly columns: readonly string[];
  /** `fraction`: 0 to 1. */
  readonly unit: 'percent' | 'fraction';
}

export interface ConstantAllocation extends OptionalDates {
  readonly rule: 'constant';
  readonly percentage: number;
}

export interface HoursAllocation {
  readonly rule: 'hours';
  readonly hours: readonly string[];
  readonly unit: 'hours' | 'minutes';
  readonly start: readonly DateColumn[];
  readonly finish: readonly DateColumn[];
}

/**
 * The choice column that says whether a row is inactive. `none`: the table has no such column, all its rows
 * are active.
 */
type StateSource = { readonly column: string; readonly inactive: number } | 'none';

/**
 * Which rows count, by the value of a choice column. An empty or missing column fits `notIn` and not `in`.
 */
export type Only =
  | { readonly column: string; readonly in: readonly number[] }
  | { readonly column: string; readonly notIn: readonly number[] };

/** How rows of a Dynamics table become assignments in COR. */
export interface Mapping {
  /** Logical name of the table. */
  readonly table: string;
  readonly user: IdSource;
  readonly workspace: IdSource;
  /** Rows that do not fit count as taken away. */
  readonly only?: Only | undefined;
  /** Tried in order: the first that fits the row and finds its columns filled counts. */
  readonly allocation: readonly AllocationRule[];
  /** Columns that tell which of two events is newer. */
  readonly version: { readonly number: string; readonly modifiedOn: string };
  /** Aliases of the images that the steps are registered with. */
  readonly images: { readonly pre: string; readonly post: string };
  readonly state: StateSource;
  readonly percentage: PercentageRule;
}

/** The person's Entra object id, by the user of the resource. */
const ENTRA_USER = {
  column: 'msdyn_bookableresourceid',
  lookup: ['UserId'],
  take: ['azureactivedirectoryobjectid'],
};

const PRESETS: Readonly<Record<string, unknown>> = {
  'resource-assignment': resourceAssignment,
  'project-team': projectTeam,
  'resource-assignment-entra': { ...resourceAssignment, user: ENTRA_USER },
};

export const PRESET_NAMES: readonly string[] = Object.keys(PRESETS);

/** JSON has no comments: a member `$comment` may stand in any object of a mapping, for people only. */
function withoutComments(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(withoutComments);
  if (!isObject(json)) return json;
  const members = Object.entries(json).filter(([name]) => name !== '$comment');
  return Object.fromEntries(members.map(([name, value]) => [name, withoutComments(value)]));
}

function withCrossReference({ source, crossReference }: UnreadSource, folder: string): IdSource {
  if (crossReference === undefined || source.from === 'fixed') return source;
  return { ...source, crossReference: readCrossReference(resolve(folder, crossReference)) };
}

/**
 * Checks a mapping that was read from JSON, and reads the cross-references that it names, in `folder`. Throws
 * `MappingError`; `name` tells where it came from.
 */
export function parseMapping(json: unknown, name: string, folder = '.'): Mapping {
  const parsed = parseAs(mappingSchema, withoutComments(json));
  if (parsed.success) {
    const { user, workspace } = parsed.data;
    return {
      ...parsed.data,
      user: withCrossReference(user, folder),
      workspace: withCrossReference(workspace, folder),
    };
  }
  const problems = mappingProblems(parsed.error, json).map((problem) => `\n  - ${problem}`);
  throw new MappingError(`The mapping "${name}" cannot be used:${problems.join('')}`);
}

/**
 * Loads a preset by its name, or a JSON file by its path (relative to the current folder). Throws
 * `MappingError`.
 */
export function loadMapping(nameOrPath: string): Mapping {
  const preset = Object.hasOwn(PRESETS, nameOrPath) ? PRESETS[nameOrPath] : undefined;
  const instead = `Use one of the presets ${PRESET_NAMES.join(', ')}, or the path of a JSON file.`;
  const path = resolve(nameOrPath);
  return parseMapping(preset ?? readJsonFile(path, instead), nameOrPath, dirname(path));
}

/** Does the mapping take ids of related rows, so that Dataverse has to be read? */
export const needsDataverse = ({ user, workspace }: Mapping): boolean =>
  needsLookUp(user) || needsLookUp(workspace);
