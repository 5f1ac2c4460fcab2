import { isObject } from '../json.ts';
import { readGuid, ZERO_GUID } from './guid.ts';
import { readKeyed } from './keyed.ts';

/** A row, or the columns of it that a Target or an image carries. */
export interface Entity {
  readonly kind: 'entity';
  readonly logicalName: string;
  /** Lower-case GUID without braces; the zero GUID when there is none. */
  readonly id: string;
  /** JSON values by column, as they came: `readColumn` converts the few that a mapping asks for. */
  readonly columns: ReadonlyMap<string, unknown>;
}

/** Reads an Entity, with or without `__type`. */
export function readEntity(raw: unknown): Entity | undefined {
  if (!isObject(raw) || typeof raw.LogicalName !== 'string') return undefined;
  return {
    kind: 'entity',
    logicalName: raw.LogicalName,
    id: readGuid(raw.Id) ?? ZERO_GUID,
    columns: readKeyed(raw.Attributes),
  };
}
