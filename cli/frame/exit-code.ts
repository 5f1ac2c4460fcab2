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

/** Of two parts of one command, what the command ends with. */
export const worse = (a: ExitCode, b: ExitCode): ExitCode => (a > b ? a : b);
