/** Tells when a run gets nowhere any more: nothing is decided, or what is decided is taken back for ever. */
import { usageError } from '../errors.ts';
import type { EventQueue } from './event-queue.ts';
import type { Outages } from './outages.ts';

/**
 * Instants without any decision, while nothing runs, after which the rest counts as unfinished: nine days of Slurm's timers,
 * as usage that counts against a limit may have to decay.
 */
const PATIENCE = 20_000;
/** The same for times at which chance failures were all repaired. */
const RECOVERIES = 1000;
/** Runs and tasks that may be taken back before any job comes or ends, beside some for each job. */
const TAKEN_BACK = 100_000;
const TAKEN_BACK_PER_JOB = 100;

export class Standstill {
  readonly #events: EventQueue;
  readonly #outages: Outages;
  readonly #limit: number;
  readonly #until: number;
  #idle = 0;
  /** When the idle instants began [ms]. */
  #since = NaN;
  /** How often all nodes had come back when something was decided last. */
  #recoveries = 0;
  #takenBack = 0;

  constructor(jobs: number, events: EventQueue, outages: Outages, until = Infinity) {
    this.#events = events;
    this.#outages = outages;
    this.#until = until;
    this.#limit = TAKEN_BACK + TAKEN_BACK_PER_JOB * jobs;
  }

  /** After each instant. `moves`: something was decided, or anything but timers and chance failures lies ahead. */
  isReached(moves: boolean, now: number): boolean {
    if (moves) {
      this.#idle = 0;
      this.#recoveries = this.#outages.recoveries;
      return false;
    }
    const { recoveries, allUp, drawn } = this.#outages;
    if (this.#idle === 0) this.#since = now;
    if (++this.#idle >= PATIENCE) return true;
    // Figures of a run up to a time count what fails until then.
    if (this.#until < Infinity) return false;
    // With all nodes up and no timer there is nothing left that could help: failures only take nodes away.
    if (allUp && this.#events.size === drawn) return true;
    return recoveries - this.#recoveries >= RECOVERIES;
  }

  /** When a run with unfinished jobs is over: if only timers rang ever since it stood still, then [ms]. */
  endOfRun(now: number, next: number): number {
    if (this.#until < Infinity) return Math.max(now, Math.min(this.#until, next));
    const { allUp, recoveries } = this.#outages;
    return this.#idle >= PATIENCE && allUp && recoveries === this.#recoveries ? this.#since : now;
  }

  /** A job has come, or is over. */
  progress(): void {
    this.#takenBack = 0;
  }

  /** A run or tasks of a job are taken back. Throws if that has gone on for too long. */
  takeBack(job: number, now: number): void {
    if (++this.#takenBack <= this.#limit) return;
    throw usageError(
      `the policy takes back what it has started for ever: ${this.#limit} times since a job came or ended, at last job ${job} at ${now} ms`,
      'simulation',
      'with kube-default keep nominations or give pods a grace period; else stop before it with --until',
    );
  }
}
