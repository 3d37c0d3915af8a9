/**
 * When the controller looks at its queue. A loop that wakes every second starts the passes; the backfill thread sleeps
 * between its cycles. Source: Slurm 22.05, controller.c, _slurmctld_background; backfill.c, backfill_agent.
 */
import type { SlurmSchedulerParameters } from '../../slurm-scheduler-parameters.ts';
import type { PlanClock } from './plan-clock.ts';

const SECOND = 1000;

export interface TimerPhases {
  /** When the loop of the controller wakes within each second [ms]. */
  readonly poll: number;
  /** When the first pass over the whole queue happens [ms]. */
  readonly full: number;
  /** When backfill last ended before the run, counted back from its start [ms]. */
  readonly backfill: number;
}

export class PassTimer {
  readonly #parameters: SlurmSchedulerParameters['main'];
  readonly #phase: number;
  #lastFull: number;
  #lastPass: number;
  #asked = NaN;
  /** Since when a pass is wanted at once; NaN = it is not. */
  #urged = NaN;
  /** When a pass last ran, whoever asked for it. */
  #lastRun = -Infinity;
  /** sched_min_interval; nothing is shorter than a millisecond here. */
  readonly #least: number;

  constructor(parameters: SlurmSchedulerParameters['main'], { poll, full }: TimerPhases) {
    this.#parameters = parameters;
    this.#least = Math.floor(parameters.minInterval);
    this.#phase = poll % SECOND;
    this.#lastFull = this.#pollFrom(full) - parameters.interval;
    // It had nothing to do, but what is asked for keeps its distance from it all the same.
    this.#lastPass = this.#lastFull;
  }

  /** A pass is to happen, as soon as the last one is batch_sched_delay old. */
  ask(now: number): void {
    if (Number.isNaN(this.#asked)) this.#asked = now;
  }

  /** A pass is to happen at once, as soon as the last one is sched_min_interval old. */
  urge(now: number): void {
    if (Number.isNaN(this.#urged)) this.#urged = now;
  }

  /** When the next pass is due, if jobs wait [ms]; Infinity = none. */
  next(): number {
    const urged = Number.isNaN(this.#urged) ? Infinity : this.#urged;
    return Math.max(Math.min(urged, this.#nextFull(), this.#nextAsked()), this.#lastRun + this.#least);
  }

  /** Whether a pass that was to happen at once is due; it counts as made. */
  takeUrgent(now: number): boolean {
    if (Number.isNaN(this.#urged) || !this.#mayRun(now)) return false;
    this.#urged = NaN;
    this.#lastRun = now;
    return true;
  }

  #mayRun(now: number): boolean {
    return now >= this.#lastRun + this.#least;
  }

  /** Which pass is due now, if any; it counts as made. */
  take(now: number): 'full' | 'short' | undefined {
    if (!this.#mayRun(now)) return undefined;
    const full = this.#nextFull() <= now;
    if (!full && this.#nextAsked() > now) return undefined;
    if (full) this.#lastFull = now;
    this.#lastPass = now;
    this.#lastRun = now;
    this.#asked = NaN;
    return full ? 'full' : 'short';
  }

  /** While no job waited, passes went by that had nothing to do: all of them before `now`. */
  skip(now: number): void {
    const { interval } = this.#parameters;
    const asked = this.#nextAsked();
    if (asked < now) {
      this.#lastPass = asked;
      this.#asked = NaN;
    }
    const missed = interval === Infinity ? 0 : Math.ceil((now - this.#lastFull) / interval) - 1;
    if (missed <= 0) return;
    this.#lastFull += missed * interval;
    this.#lastPass = Math.max(this.#lastPass, this.#lastFull);
  }

  #nextFull(): number {
    const { interval } = this.#parameters;
    return interval === Infinity ? Infinity : this.#pollFrom(this.#lastFull + interval);
  }

  #nextAsked(): number {
    if (Number.isNaN(this.#asked)) return Infinity;
    return this.#pollFrom(Math.max(this.#asked, this.#lastPass + this.#parameters.delay));
  }

  /** The first time at or after this one at which the loop wakes. */
  #pollFrom(time: number): number {
    return Math.ceil((time - this.#phase) / SECOND) * SECOND + this.#phase;
  }
}

export class BackfillTimer {
  readonly #interval: number;
  readonly #clock: PlanClock;
  /** When the last cycle ended [ms]. */
  #last: number;

  constructor(interval: number, clock: PlanClock, { backfill }: TimerPhases) {
    this.#interval = interval;
    this.#clock = clock;
    this.#last = -backfill;
  }

  /** Whether anything has changed since the last cycle, in whole seconds: else none is made [Unix ms]. */
  hasWork(lastUpdate: number): boolean {
    return lastUpdate >= this.#clock.unixOf(this.#last);
  }

  /** When the thread looks next whether there is anything to do, from `now` on [ms]. */
  next(now: number): number {
    const first = this.#last + this.#interval;
    return now <= first ? first : first + Math.ceil((now - first) / SECOND) * SECOND;
  }

  ended(now: number): void {
    this.#last = now;
  }
}
