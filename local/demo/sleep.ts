/** Wakes what stands still, by process. */
const asleep = new Map<number, () => void>();

/** A process stands still for a time, as a machine does that is too busy. */
export function duringSleep(pid: number, ms: number): void {
  if (process.platform === 'win32') throw new Error('Windows cannot let a process stand still.');
  asleep.get(pid)?.();
  process.kill(pid, 'SIGSTOP');
  const timer = setTimeout(() => asleep.get(pid)?.(), ms).unref();
  asleep.set(pid, () => {
    asleep.delete(pid);
    clearTimeout(timer);
    try {
      process.kill(pid, 'SIGCONT');
    } catch {
      // It has ended meanwhile.
    }
  });
}

/** Before everything is ended: what stands still would have to be killed. */
export function wakeAll(): void {
  for (const wake of [...asleep.values()]) wake();
}
