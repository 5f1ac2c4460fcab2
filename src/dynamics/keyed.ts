/**
 * Reads `[{ "key", "value" }]`, the form of every collection in an execution context. Items of another form
 * are left out.
 */
export function readKeyed(items: unknown): Map<string, unknown> {
  const found = new Map<string, unknown>();
  if (!Array.isArray(items)) return found;
  for (const item of items as readonly ({ key?: unknown; value?: unknown } | null | undefined)[]) {
    if (typeof item?.key === 'string') found.set(item.key, item.value);
  }
  return found;
}
