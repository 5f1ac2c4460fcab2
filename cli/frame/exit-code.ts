/** The exit codes of every command. */
export const EXIT = {
  done: 0,
  /** Something differs, or a part could not be done. */
  differs: 1,
  wrongUse: 2,
  /** A service cannot be reached, or does not let this login in. */
  cannotReach: 3,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
