/** Percentage by workspace, by user. */
export type CorState = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** What is different in COR, a sentence for each workspace of a user. */
export function corChanges(before: CorState, after: CorState): string[] {
  const users = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return users.flatMap((user) => {
    const [was, is] = [before[user] ?? {}, after[user] ?? {}];
    const workspaces = [...new Set([...Object.keys(was), ...Object.keys(is)])].sort();
    return workspaces.flatMap((workspace) => {
      const [old, now] = [was[workspace], is[workspace]];
      if (old === now) return [];
      const where = `user ${user}, workspace ${workspace}`;
      if (now === undefined) return [`${where}: detached (was ${old} %)`];
      return [old === undefined ? `${where}: attached with ${now} %` : `${where}: ${old} % → ${now} %`];
    });
  });
}
