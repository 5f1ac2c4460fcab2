/** What a request prefers, from its header `Prefer` (OData 4.0, Dataverse docs). */
export interface Preferences {
  readonly maxPageSize: number | undefined;
  readonly wantsRow: boolean;
  /** Whether annotations of this name are wanted. */
  readonly includes: (annotation: string) => boolean;
  /** Value of the header `Preference-Applied`. */
  readonly applied: string | undefined;
}

export const MAX_PAGE_SIZE = 5_000;

const PREFERENCE = /\s*([\w.-]+)(?:=("[^"]*"|[^,]*))?\s*(?:,|$)/gy;

/** `*`, a name, or a name that ends in `*`. */
function fits(pattern: string, annotation: string): boolean {
  return pattern.endsWith('*') ? annotation.startsWith(pattern.slice(0, -1)) : pattern === annotation;
}

/** Several headers come as one, with commas. What is not known is left out, as OData says. */
export function readPreferences(header: string | undefined): Preferences {
  const found = new Map(
    [...(header ?? '').matchAll(PREFERENCE)].map(([, name = '', value]) => [name, value]),
  );
  const size = Number(found.get('odata.maxpagesize'));
  const maxPageSize = Number.isInteger(size) && size > 0 ? Math.min(size, MAX_PAGE_SIZE) : undefined;
  const annotations = found.get('odata.include-annotations')?.replaceAll('"', '');
  const patterns = annotations?.split(',').map((name) => name.trim()) ?? [];
  const applied = [
    ...(maxPageSize === undefined ? [] : [`odata.maxpagesize=${size}`]),
    ...(annotations === undefined ? [] : [`odata.include-annotations="${annotations}"`]),
    ...(found.get('return') === 'representation' ? ['return=representation'] : []),
  ];
  return {
    maxPageSize,
    wantsRow: found.get('return') === 'representation',
    includes: (annotation) => patterns.some((pattern) => fits(pattern, annotation)),
    applied: applied.length === 0 ? undefined : applied.join(','),
  };
}
