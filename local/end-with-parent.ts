const CHECK_MS = 500;

/**
 * Calls `end` when the process that started this one is gone without a word: `kill -9` of npm leaves its children running. Only
 * below npm; somebody who starts the file by hand may well want it to outlive the shell.
 */
export function endWithParent(end: () => void): void {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) end();
  }, CHECK_MS).unref();
}
