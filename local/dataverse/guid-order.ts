const hex = (value: number, bytes: number) => value.toString(16).padStart(bytes * 2, '0');
/** The bytes of a group of four or eight digits, from the last to the first. */
const turned = (group: string): string =>
  group.length === 4
    ? group.slice(2) + group.slice(0, 2)
    : group.slice(6) + group.slice(4, 6) + group.slice(2, 4) + group.slice(0, 2);

/**
 * A text that sorts as SQL Server sorts the GUID: the last group counts first, and the first three are stored
 * with their bytes turned round. That Dataverse pages in this order is inferred.
 */
export function sqlGuidKey(id: string): string {
  const [first = '', second = '', third = '', fourth = '', fifth = ''] = id.split('-');
  return `${fifth}${fourth}${turned(third)}${turned(second)}${turned(first)}`;
}

/** Ids as the platform gives them: each sorts behind the ones before it. `node` is 12 hex digits. */
export function sequentialGuid(count: number, node: string): string {
  return `${turned(hex(count, 4))}-0000-f011-9a41-${node}`;
}
