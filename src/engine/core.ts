import type { Changes, Cycle, Policy, Preemption, Room, WhatIf } from '../policy.ts';
import { CANCELLED, NODE_FAILED, PREEMPTED, REJECTED, SUSPENDED } from '../schedule.ts';
import type { Requests } from '../workload.ts';
import { CycleView } from './cycle-view.ts';
import type { Ledger } from './ledger.ts';
import { PendingSet } from './pending-set.ts';
import { checkPreemption } from './policy-check.ts';
import type { Recorder } from './recorder.ts';
import { RunningSet } from './running-set.ts';

/**
 * Who feeds the core and carries out what it decides: the simulator in virtual time, the live driver on a real
 * cluster. Each call comes from within a cycle, except `over`.
 */
export interface Driver {
  /** The job holds what it needs; answers when it begins to run (now, or later by its launch latency) [ms]. */
  launch(job: number): number;
  /**
   * Stop the job after its grace period. Call `core.stopped` when it is done, at once if there is none. Answers when
   * that will be, unless the job ends by itself before [ms].
   */
  stop(job: number, preemption: Preemption): number;
  wake(time: number): void;
  /** Nothing will happen to this job any more. */
  over(job: number): void;
}

/** What happened between two cycles. */
class ChangeList implements Changes {
  readonly submitted: number[] = [];
  readonly ended: number[] = [];
  nodes = false;
  expectations = false;

  clear(): void {
    if (this.submitted.length > 0) this.submitted.length = 0;
    if (this.ended.length > 0) this.ended.length = 0;
    this.nodes = false;
    this.expectations = false;
  }
}

/** Where a job is. Values of `Core.phase`. */
export const NOT_HERE = 0;
export const PENDING = 1;
/** Pending, with some of its tasks bound. */
export const BINDING = 2;
export const RUNNING = 3;
/** Runs on during its grace period. */
export const STOPPING = 4;
/** Has ended; its resources are being cleaned. */
export const RELEASING = 5;
/** Pending, with its nodes and memory kept. */
export const PAUSED = 6;
export const OVER = 7;

/** What to say of a job in each phase. */
const PHASES = [
  'has not been submitted',
  'waits',
  'waits with some of its tasks bound',
  'runs',
  'is being stopped',
  'has ended and is being cleaned',
  'is suspended',
  'is over',
];
const NO_JOB = 'does not exist';

/**
 * The scheduler without a clock: queue, running set, free resources and the record of what happened. Whoever drives
 * it sets `now`, tells what has happened, and then asks for one cycle. Nothing else changes an allocation, and
 * nothing can be placed where it does not fit.
 */
export class Core implements Cycle {
  now = 0;
  readonly pending: PendingSet;
  readonly running: RunningSet;
  readonly phase: Uint8Array;
  readonly #jobs: Requests;
  readonly #ledger: Ledger;
  readonly #policy: Policy;
  readonly #driver: Driver;
  readonly #record: Recorder;
  readonly #view: CycleView;
  /** What the policy is shown in this cycle, and what gathers for the next one: a cycle may itself change things. */
  changed = new ChangeList();
  #gathering = new ChangeList();
  /** Walltime that suspended jobs have already used [ms]. */
  readonly #used = new Map<number, number>();
  /** Counts decisions, so that a driver can see that nothing moves any more. */
  decisions = 0;

  constructor(jobs: Requests, ledger: Ledger, policy: Policy, driver: Driver, record: Recorder) {
    const count = record.lastStart.length;
    this.#jobs = jobs;
    this.#ledger = ledger;
    this.#policy = policy;
    this.#driver = driver;
    this.#record = record;
    this.phase = new Uint8Array(count);
    this.pending = new PendingSet(jobs, count, policy.order);
    this.running = new RunningSet(jobs, record, ledger, {
      now: () => this.now,
      mayPreempt: (job) => this.phase[job] === RUNNING,
    });
    this.#view = new CycleView(this);
  }

  get free(): Room {
    return this.#ledger;
  }

  /** Lets the policy decide. */
  cycle(): void {
    const shown = this.#gathering;
    this.#gathering = this.changed;
    this.#gathering.clear();
    this.changed = shown;
    // Mostly in order already; not if a job that was turned away let an earlier one go.
    if (shown.submitted.length > 1) shown.submitted.sort((a, b) => a - b);
    this.pending.refresh(this.now);
    this.#policy.schedule(this.#view);
  }

  /** What is left of the job's walltime [ms]; a job that was suspended has used some. */
  walltimeLeft(job: number): number {
    // Limits may be looked at only now and then: it may have used more.
    return Math.max(0, this.#jobs.walltime[job] - (this.#used.get(job) ?? 0));
  }

  // What has happened: called by the driver.

  /** The job enters the queue, or is turned away because it could never fit. */
  submit(job: number): void {
    this.#record.submitted(job, this.now);
    if (!this.#ledger.possible(job)) return this.#close(job, REJECTED);
    this.#queue(job, PENDING);
  }

  /** The run has ended; its resources are free again when the driver says `released`, which may be at once. */
  ended(job: number, state: number, releasedAt: number): void {
    this.#record.ended(job, this.now, state);
    this.phase[job] = RELEASING;
    if (releasedAt > this.now) this.#expect(job, releasedAt);
    else this.released(job);
  }

  released(job: number): void {
    this.running.remove(job);
    this.#giveBack(job);
    this.phase[job] = OVER;
    this.#driver.over(job);
  }

  /** The grace period of a preempted job is over. `kept` is the work it need not do again [ms]. */
  stopped(job: number, how: Preemption['how'], kept: number): void {
    this.running.remove(job);
    if (how === 'suspend') {
      // One that is stopped while it is being launched has used none.
      this.#used.set(job, (this.#used.get(job) ?? 0) + Math.max(0, this.now - this.#record.lastStart[job]));
      this.#record.interrupted(job, this.now, SUSPENDED, kept);
      this.#ledger.suspend(job);
      this.#gathering.ended.push(job);
      return this.#queue(job, PAUSED);
    }
    if (how === 'cancel') {
      this.#record.ended(job, this.now, CANCELLED);
      this.#giveBack(job);
      return this.#over(job);
    }
    this.#used.delete(job);
    this.#record.interrupted(job, this.now, PREEMPTED, kept);
    this.#giveBack(job);
    this.#queue(job, PENDING);
  }

  /** The job's node is gone: it goes back into the queue, or ends with `state`. */
  lost(job: number, kept: number, state?: number): void {
    const phase = this.phase[job];
    if (phase === RELEASING) return this.released(job);
    if (phase === PAUSED || phase === BINDING) return this.#loseNodes(job);
    this.running.remove(job);
    this.#used.delete(job);
    if (state === undefined) this.#record.interrupted(job, this.now, NODE_FAILED, kept);
    else this.#record.ended(job, this.now, state);
    this.#giveBack(job);
    if (state === undefined) this.#queue(job, PENDING);
    else this.#over(job);
  }

  /** A job that holds no resources leaves for good: cancelled in the queue, or its dependency can no longer happen. */
  withdraw(job: number, state: number): void {
    if (this.pending.has(job)) this.pending.remove(job);
    if (this.phase[job] === BINDING || this.phase[job] === PAUSED) this.#giveBack(job);
    this.#close(job, state);
  }

  /** Nobody may hold anything on the node: see `Ledger.holders`. */
  nodeDown(node: number): void {
    this.#ledger.nodeDown(node);
    this.#gathering.nodes = true;
    this.#record.capacity(this.now, this.#ledger.up);
  }

  nodeUp(node: number): void {
    this.#ledger.nodeUp(node);
    this.#gathering.nodes = true;
    this.#record.capacity(this.now, this.#ledger.up);
  }

  // What the policy answers.

  start(job: number, within?: WhatIf): void {
    const phase = this.phase[job];
    if (phase !== PENDING && phase !== PAUSED)
      throw new Error(`the policy started job ${job}, which is not waiting: it ${PHASES[phase] ?? NO_JOB}`);
    this.#ledger.take(job, within);
    this.#begin(job);
  }

  place(job: number, group: number, node: number, tasks: number): void {
    const phase = this.phase[job];
    if (phase !== PENDING && phase !== BINDING)
      throw new Error(`the policy placed tasks of job ${job}, which is not waiting: it ${PHASES[phase] ?? NO_JOB}`);
    this.#ledger.put(job, group, node, tasks);
    this.decisions++;
    if (this.#ledger.ready(job)) this.#begin(job);
    else this.phase[job] = BINDING;
  }

  preempt(job: number, preemption: Preemption): void {
    if (this.phase[job] !== RUNNING)
      throw new Error(`the policy preempted job ${job}, which does not run: it ${PHASES[this.phase[job]] ?? NO_JOB}`);
    checkPreemption(job, preemption);
    this.decisions++;
    this.phase[job] = STOPPING;
    const at = this.#driver.stop(job, preemption);
    if (this.phase[job] === STOPPING) this.#expect(job, Math.min(this.running.expectedEnd(job), at));
  }

  wakeAt(time: number): void {
    if (!(time > this.now)) throw new Error(`the policy asked to be woken at ${time} ms, but it is ${this.now} ms already`);
    this.#driver.wake(time);
  }

  explain(job: number, reason: string): void {
    this.#record.explained(job, this.now, reason);
  }

  #begin(job: number): void {
    this.decisions++;
    this.pending.remove(job);
    this.phase[job] = RUNNING;
    const begins = this.#driver.launch(job);
    this.#record.started(job, begins, this.#ledger);
    this.running.add(job, begins + this.walltimeLeft(job));
  }

  #queue(job: number, phase: number): void {
    this.phase[job] = phase;
    this.pending.add(job, this.#record.submit[job], this.now);
    this.#gathering.submitted.push(job);
  }

  /** The job is now sure to give back its resources at this time. */
  #expect(job: number, at: number): void {
    this.running.move(job, at);
    this.#gathering.expectations = true;
  }

  #giveBack(job: number): void {
    this.#ledger.give(job);
    this.#gathering.ended.push(job);
  }

  /** A waiting job that kept or had bound some nodes loses them; it stays in the queue. */
  #loseNodes(job: number): void {
    this.#used.delete(job);
    this.#giveBack(job);
    this.phase[job] = PENDING;
  }

  #close(job: number, state: number): void {
    this.#record.closed(job, this.now, state);
    this.#over(job);
  }

  #over(job: number): void {
    this.phase[job] = OVER;
    this.#driver.over(job);
  }
}
