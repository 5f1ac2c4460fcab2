import type { Typed } from 'rhea';

const SOURCE = 0x28;
const TARGET = 0x29;
const ADDRESS_FIELD = 0;
const FILTER_FIELD = 7;

function fieldsOf(terminus: Typed | null | undefined): Typed[] {
  const descriptor: unknown = terminus?.descriptor?.value;
  if (descriptor !== SOURCE && descriptor !== TARGET) return [];
  return terminus?.value as Typed[];
}

/** Empty when there is none, as for a transaction coordinator. */
export function terminusAddress(terminus: Typed | null | undefined): string {
  const address: unknown = fieldsOf(terminus)[ADDRESS_FIELD]?.value;
  return typeof address === 'string' ? address : '';
}

export function hasFilter(source: Typed | null | undefined, filter: string): boolean {
  const entries = (fieldsOf(source)[FILTER_FIELD]?.value ?? []) as Typed[];
  return entries.some((entry, index) => index % 2 === 0 && entry.value === filter);
}
