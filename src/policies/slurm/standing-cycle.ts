/**
 * Whether a backfill cycle would do what the one before it did, which started nobody: it has the same queue before it, the
 * same jobs run, and no time has come at which one of its plans might be another. Then it need not be made: all that it would
 * leave behind is there already.
 */
import type { Allocation } from './allocation.ts';
import type { QueueRecord } from './job-queue.ts';
import type { Scheduling } from './scheduling.ts';

/** Whom a job may preempt. */
export interface Reach {
  readonly job: number;
  readonly candidates: readonly Allocation[];
}

/** What a cycle has left to the next one. */
export interface CycleOutcome {
  readonly queue: readonly QueueRecord[];
  /** Records that were come to [count]. */
  readonly looked: number;
  /** Of each partition: that of one of its jobs, which is that of all of them. */
  readonly reach: ReadonlyMap<number, Reach>;
  /** From when on one of the plans may be another [Unix ms]. */
  readonly until: number;
  /** Whether limits or priorities mattered that change when priorities are computed. */
  readonly changesWithPeriod: boolean;
  /** How long it took [ms]. */
  readonly worked: number;
}

/** What is written down while a cycle is made. */
export class CycleNotes {
  readonly queue: readonly QueueRecord[];
  /** Records that it came to [count]. */
  looked = 0;
  readonly reach = new Map<number, Reach>();
  readonly #scheduling: Scheduling;
  #isRepeatable: boolean;
  #until = Infinity;
  #changesWithPeriod = false;

  /** `queue`: all that it may look at. */
  constructor(scheduling: Scheduling, queue: readonly QueueRecord[]) {
    const { preemption, gang } = scheduling;
    this.queue = queue;
    this.#scheduling = scheduling;
    this.#isRepeatable = gang === undefined && preemption?.rules.precedesByTier !== false;
  }

  /** The next one may do something else in any case. */
  spoil(): void {
    this.#isRepeatable = false;
  }

  /** A plan may be another from this time on [Unix ms]. */
  waitUntil(time: number): void {
    this.#until = Math.min(this.#until, time);
  }

  /** The job is looked at. `changesWithPeriod`: see `CycleOutcome`. */
  watch(job: number, changesWithPeriod: boolean): void {
    const { deadlines, queue } = this.#scheduling;
    if (deadlines.of(job) < Infinity || queue.demandOf(job).licenses !== undefined) this.spoil();
    this.#changesWithPeriod ||= changesWithPeriod;
  }

  outcome(worked: number): CycleOutcome | undefined {
    if (!this.#isRepeatable) return undefined;
    const { queue, looked, reach } = this;
    return { queue, looked, reach, until: this.#until, changesWithPeriod: this.#changesWithPeriod, worked };
  }
}

export class StandingCycle {
  readonly #scheduling: Scheduling;
  #outcome: CycleOutcome | undefined;
  /** All that plans are made of, as it was when the cycle was over. */
  #state: readonly unknown[] = [];

  constructor(scheduling: Scheduling) {
    this.#scheduling = scheduling;
  }

  /** A cycle is over; undefined if the next one may do something else in any case. */
  keep(outcome: CycleOutcome | undefined): void {
    this.#outcome = outcome;
    if (outcome !== undefined) this.#state = this.#stateFor(outcome);
  }

  /** Leaves behind what a cycle over this queue would, if that is known: answers how long it takes [ms]. */
  repeat(queue: readonly QueueRecord[]): number | undefined {
    const outcome = this.#outcome;
    if (outcome === undefined || !isSameQueue(outcome.queue, queue) || !this.#stands(outcome)) return undefined;
    // Where jobs of several partitions are looked at last is where they are taken to be.
    for (let index = 0; index < outcome.looked; index++) if (!queue[index].isSimple) this.#scheduling.look(queue[index]);
    return outcome.worked;
  }

  #stands(outcome: CycleOutcome): boolean {
    const { clock, preemption, partitions } = this.#scheduling;
    if (clock.unix >= outcome.until) return false;
    const state = this.#stateFor(outcome);
    if (!this.#state.every((part, index) => part === state[index])) return false;
    for (const [partition, { job, candidates }] of outcome.reach) {
      partitions.lookIn(job, partition);
      if (preemption !== undefined && preemption.candidatesOf(job) !== candidates) return false;
    }
    return true;
  }

  #stateFor({ changesWithPeriod }: CycleOutcome): readonly unknown[] {
    const { running, reasons, priorities } = this.#scheduling;
    return [running.books.changes, running.byEnd(), running.turns, reasons.untold, changesWithPeriod ? priorities.next : 0];
  }
}

function isSameQueue(one: readonly QueueRecord[], other: readonly QueueRecord[]): boolean {
  if (one === other) return true;
  if (one.length !== other.length) return false;
  for (let index = 0; index < one.length; index++) {
    if (one[index].job !== other[index].job || one[index].partition !== other[index].partition) return false;
  }
  return true;
}
