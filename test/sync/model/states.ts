import { MODEL_DAY } from '../../../local/histories/expected.ts';
import { loadMapping } from '../../../src/dynamics/mapping.ts';
import type { LedgerDocument } from '../../../src/ledger/document.ts';
import type { Ledger } from '../../../src/ledger/ledger.ts';
import { percentagesOn } from '../../../src/ledger/percentages.ts';
import type { ModelCor } from './model-cor.ts';

/** Percentage by workspace by user; users without any are left out. */
export type State = Record<string, Record<string, number>>;

export function heldBy({ state }: ModelCor): State {
  const users = [...state].filter(([, workspaces]) => workspaces.size > 0);
  return Object.fromEntries(users.map(([user, found]) => [user, Object.fromEntries(found)]));
}

export async function documentsOf(ledger: Ledger): Promise<LedgerDocument[]> {
  const documents: LedgerDocument[] = [];
  for await (const user of ledger.users()) documents.push((await ledger.load(user)).document);
  return documents;
}

/** What the assignments of the ledger come to. */
export async function believedBy(ledger: Ledger): Promise<State> {
  const { percentage: rule } = loadMapping('project-team');
  const states = (await documentsOf(ledger)).map(
    ({ user, assignments }): [string, Record<string, number>] => {
      const found = [...percentagesOn(assignments, rule, MODEL_DAY)];
      return [user, Object.fromEntries(found.map(([id, { percentage }]) => [id, percentage]))];
    },
  );
  return Object.fromEntries(states.filter(([, workspaces]) => Object.keys(workspaces).length > 0));
}

/** What the ledger says that COR was told. */
export async function toldBy(ledger: Ledger): Promise<State> {
  const states = (await documentsOf(ledger)).map(({ user, told }) => [user, { ...told }] as const);
  return Object.fromEntries(states.filter(([, workspaces]) => Object.keys(workspaces).length > 0));
}
