import { setImmediate as othersFirst } from 'node:timers/promises';
import { emptyDocument, type LedgerDocument, NEVER } from './document.ts';
import type { Ledger } from './ledger.ts';
import { checkDocument, readJson } from './parse-document.ts';
import type { ListedText, TextStore } from './text-store.ts';
import { utcToday } from './today.ts';

export const USERS_FOLDER = 'users/';
const SUFFIX = '.json';

/**
 * Characters of a document from which reading it, and then checking it, each keep a processor busy for so long
 * that others come first. About 1,500 rows.
 */
const LARGE_TEXT = 500_000;

/** One operation of the ledger, for counting: its name and its milliseconds. */
export type OperationListener = (operation: 'load' | 'save', durationMs: number) => void;

function nameOf(user: string): string {
  return `${USERS_FOLDER}${encodeURIComponent(user)}${SUFFIX}`;
}

function userOf(name: string): string | undefined {
  if (!name.startsWith(USERS_FOLDER) || !name.endsWith(SUFFIX)) return undefined;
  try {
    return decodeURIComponent(name.slice(USERS_FOLDER.length, -SUFFIX.length));
  } catch {
    return undefined;
  }
}

/**
 * What a listing tells of a document without reading it. Names are lower case: Azure does not keep them apart
 * otherwise.
 */
function metadataOf({ nextChange }: LedgerDocument, rule: string | undefined): Record<string, string> {
  return {
    ...(nextChange !== undefined && { nextchange: nextChange }),
    ...(rule !== undefined && { rule }),
  };
}

function isDue({ metadata: { nextchange, rule } }: ListedText, day: string, ruleOfToday: string): boolean {
  if (rule !== ruleOfToday || nextchange === undefined) return true;
  return nextchange !== NEVER && nextchange <= day;
}

/** The ledger as texts, one per user: `users/<percent-encoded id>.json`. */
export function createStoredLedger(store: TextStore, onOperation?: OperationListener): Ledger {
  async function timed<T>(operation: Parameters<OperationListener>[0], work: () => Promise<T>): Promise<T> {
    const started = performance.now();
    try {
      return await work();
    } finally {
      onOperation?.(operation, performance.now() - started);
    }
  }

  return {
    load: (user) =>
      timed('load', async () => {
        const name = nameOf(user);
        const found = await store.read(name);
        if (!found) return { document: emptyDocument(user), etag: undefined };
        const { text, etag } = found;
        const isLarge = text.length > LARGE_TEXT;
        const value = readJson(text);
        if (isLarge) await othersFirst();
        const document = checkDocument(value, user, name, utcToday());
        if (isLarge) await othersFirst();
        return { document, etag };
      }),

    save: (document, etag, rule) =>
      timed('save', () =>
        store.write(nameOf(document.user), JSON.stringify(document), etag, metadataOf(document, rule)),
      ),

    async *users() {
      for await (const { name } of store.list(USERS_FOLDER)) {
        const user = userOf(name);
        if (user !== undefined) yield user;
      }
    },

    async *due(day, rule) {
      for await (const listed of store.list(USERS_FOLDER)) {
        const user = userOf(listed.name);
        if (user !== undefined && isDue(listed, day, rule)) yield user;
      }
    },

    check: () => store.check(),
  };
}
