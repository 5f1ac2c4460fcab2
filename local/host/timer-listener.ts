import { Cron } from 'croner';
import type { InvocationRequest } from './core-types.ts';
import type { InvocationEvent } from './host-events.ts';
import type { InvocationResult } from './invocation.ts';
import type { ScheduleStatus, TimerStorage } from './timer-storage.ts';
import { watchedInvocation } from './watched-invocation.ts';

export interface TimerTrigger {
  readonly functionName: string;
  readonly bindingName: string;
  /** NCRONTAB with seconds, in UTC. */
  readonly schedule: string;
  readonly runOnStartup: boolean;
}

export interface TimerOptions {
  readonly trigger: TimerTrigger;
  readonly storage: TimerStorage;
  invoke(request: InvocationRequest): Promise<InvocationResult>;
  onInvocation(event: InvocationEvent): void;
  onError(message: string): void;
}

/** The timers of one function. */
export interface TimerListener {
  readonly functionName: string;
  /** Runs the function now, whatever the schedule says, as the host's admin endpoint does. */
  runNow(): Promise<void>;
  /** Runs no more, waits for a run that is under way, and gives the lease back. */
  drain(): Promise<void>;
}

/** How often an instance looks after its lease; well within the lease's 15 s. */
const LEASE_EVERY_MS = 5_000;

/** Reads a schedule; throws an error that names the function when it is none. */
export function readSchedule({
  functionName,
  schedule,
}: Pick<TimerTrigger, 'functionName' | 'schedule'>): Cron {
  if (schedule.trim().split(/\s+/).length !== 6)
    throw new Error(
      `Function "${functionName}": schedule "${schedule}" should have six fields: second minute hour day month weekday`,
    );
  try {
    return new Cron(schedule, { timezone: 'Etc/UTC', paused: true });
  } catch (error) {
    throw new Error(`Function "${functionName}": schedule "${schedule}": ${(error as Error).message}`);
  }
}

/**
 * Runs the function when its schedule says so, on one instance at a time. A failure is not tried again: the
 * next time comes.
 */
export function startTimer(options: TimerOptions): TimerListener {
  const timer = new Timer(options);
  timer.start();
  return timer;
}

class Timer implements TimerListener {
  readonly functionName: string;
  readonly #options: TimerOptions;
  readonly #schedule: Cron;
  #leading = false;
  #stopped = false;
  #next: Date | undefined;
  #ticking: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(options: TimerOptions) {
    this.#options = options;
    this.functionName = options.trigger.functionName;
    this.#schedule = readSchedule(options.trigger);
  }

  start(): void {
    this.#running = this.#lead();
  }

  runNow(): Promise<void> {
    return this.#enqueue(() => this.#run(false));
  }

  async drain(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#ticking);
    await this.#running;
    if (this.#leading) await this.#options.storage.releaseLease(this.functionName);
  }

  /** One run at a time: a schedule that is faster than the function waits. */
  #enqueue(work: () => Promise<void>): Promise<void> {
    this.#running = this.#running.then(work);
    return this.#running;
  }

  /** Looks after the lease, runs what is due, and comes back. */
  async #lead(): Promise<void> {
    try {
      const leading = await this.#options.storage.holdLease(this.functionName);
      if (leading && !this.#leading) await this.#takeOver();
      this.#leading = leading;
      if (leading && this.#next && this.#next.getTime() <= Date.now()) await this.#run(false);
    } catch (error) {
      this.#leading = false;
      this.#options.onError(`The timer of function ${this.functionName} has no storage: ${String(error)}`);
    }
    if (this.#stopped) return;
    const untilNext = this.#leading && this.#next ? this.#next.getTime() - Date.now() : LEASE_EVERY_MS;
    this.#ticking = setTimeout(
      () => void this.#enqueue(() => this.#lead()),
      Math.max(0, Math.min(LEASE_EVERY_MS, untilNext)),
    );
  }

  async #takeOver(): Promise<void> {
    const status = await this.#options.storage.read(this.functionName);
    const missed = status !== undefined && Date.parse(status.Next) <= Date.now();
    if (missed || this.#options.trigger.runOnStartup) return this.#run(missed);
    this.#next = status ? new Date(status.Next) : this.#following();
    if (!status) await this.#write();
  }

  #following(): Date | undefined {
    return this.#schedule.nextRun() ?? undefined;
  }

  async #write(): Promise<ScheduleStatus> {
    const now = new Date().toISOString();
    const status = { Last: now, Next: (this.#next ?? new Date(8.64e15)).toISOString(), LastUpdated: now };
    await this.#options.storage.write(this.functionName, status);
    return status;
  }

  async #run(isPastDue: boolean): Promise<void> {
    const { invoke, onInvocation } = this.#options;
    const { functionName, bindingName } = this.#options.trigger;
    this.#next = this.#following();
    const ScheduleStatus = await this.#write();
    const json = JSON.stringify({ Schedule: { AdjustForDST: true }, ScheduleStatus, IsPastDue: isPastDue });
    const inputData = [{ name: bindingName, data: { json } }];
    await watchedInvocation({ functionName, inputData }, invoke, onInvocation);
  }
}
