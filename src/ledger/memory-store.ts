import type { ListedText, StoredText, TextStore } from './text-store.ts';

/** Keeps the texts in this process. For tests, benchmarks and try-outs: it forgets on exit. */
export function createMemoryStore(): TextStore {
  const stored = new Map<string, StoredText & ListedText>();
  let writes = 0;
  return {
    async read(name) {
      const found = stored.get(name);
      return found && { text: found.text, etag: found.etag };
    },
    async write(name, text, etag, metadata = {}) {
      if (stored.get(name)?.etag !== etag) return { kind: 'conflict' };
      writes += 1;
      const written = `"${writes}"`;
      stored.set(name, { name, text, etag: written, metadata });
      return { kind: 'saved', etag: written };
    },
    async remove(name) {
      stored.delete(name);
    },
    async *list(prefix) {
      for (const { name, metadata } of [...stored.values()])
        if (name.startsWith(prefix)) yield { name, metadata };
    },
    async check() {},
  };
}
