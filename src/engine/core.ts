import type { Cycle, Eviction, Policy, Preemption, Room, WhatIf } from '../policy.ts';
import { CANCELLED, KILLED, NODE_FAILED, PREEMPTED, REJECTED, SUSPENDED } from '../schedule.ts';
import type { Requests } from '../workload.ts';
import { ChangeList } from './change-list.ts';
import { CycleView } from './cycle-view.ts';
import type { Driver } from './driver.ts';
import { LeavingTasks } from './leaving-tasks.ts';
import type { Ledger } from './ledger.ts';
import { PendingSet } from './pending-set.ts';
import { BINDING, describePhase, OVER, PAUSED, PENDING, RELEASING, RUNNING, STOPPING } from './phase.ts';
import { checkBound, checkEviction, checkGrace, checkPreemption } from './policy-check.ts';
import type { Recorder } from './recorder.ts';
import { RunningSet } from './running-set.ts';

/**
 * The scheduler without a clock: queue, running set, free resources and the record of what happened. Whoever drives
 * it sets `now`, tells what has happened, and then asks for one cycle. Nothing else changes an allocation, and
 * nothing can be placed where it does not fit.
 */
export class Core implements Omit<Cycle, 'roomOn' | 'phaseOf'> {
  /** [ms]; a double from the start, lest code that is compiled for small integers is thrown away after 24 days. */
  now = NaN;
  readonly pending: PendingSet;
  readonly running: RunningSet;
  readonly phase: Uint8Array;
  readonly #jobs: Requests;
  protected readonly ledger: Ledger;
  readonly #policy: Policy;
  readonly #driver: Driver;
  protected readonly record: Recorder;
  readonly #view: CycleView;
  /** What the policy is shown in this cycle, and what gathers for the next one: a cycle may itself change things. */
  changed = new ChangeList();
  protected gathering = new ChangeList();
  /** Walltime that suspended jobs have already used [ms]. */
  readonly #used = new Map<number, number>();
  /** When all that a job has bound so far is there, if that is later than the binding [ms]. */
  readonly #boundAt = new Map<number, number>();
  readonly #leaving = new LeavingTasks();
  /** Counts decisions, so that a driver can see that nothing moves any more. */
  decisions = 0;

  constructor(jobs: Requests, ledger: Ledger, policy: Policy, driver: Driver, record: Recorder) {
    const count = record.lastStart.length;
    this.now = 0;
    this.#jobs = jobs;
    this.ledger = ledger;
    this.#policy = policy;
    this.#driver = driver;
    this.record = record;
    this.phase = new Uint8Array(count);
    this.pending = new PendingSet(jobs, count, policy.order);
    this.running = new RunningSet(jobs, record, ledger, {
      now: () => this.now,
      mayPreempt: (job) => this.phase[job] === RUNNING,
    });
    this.#view = new CycleView(this, ledger, driver);
  }

  get free(): Room {
    return this.ledger;
  }

  /** Lets the policy decide. */
  cycle(): void {
    const shown = this.gathering;
    this.gathering = this.changed;
    this.gathering.clear();
    this.changed = shown;
    shown.sort();
    this.pending.refresh(this.now);
    this.#policy.schedule(this.#view);
  }

  /** What is left of the job's walltime, or of what the policy says instead [ms]; a job that was suspended has used some. */
  walltimeLeft(job: number): number {
    // Limits may be looked at only now and then: it may have used more.
    const used = this.#used.size === 0 ? 0 : (this.#used.get(job) ?? 0);
    return Math.max(0, (this.#policy.limitOf?.(job) ?? this.#jobs.walltime[job]) - used);
  }

  // What has happened: called by the driver.

  /** The job enters the queue, or is turned away because it could never fit. */
  submit(job: number): void {
    this.record.submitted(job, this.now);
    if (this.ledger.possible(job)) return this.queue(job, PENDING);
    this.record.rejected(job, this.now, `can never start: ${this.ledger.whyImpossible(job)}`);
    this.#close(job, REJECTED);
  }

  /** The run has ended; its resources are free again when the driver says `released`, which may be at once. */
  ended(job: number, state: number, releasedAt: number): void {
    this.record.ended(job, this.now, state);
    this.phase[job] = RELEASING;
    if (releasedAt > this.now) this.expect(job, releasedAt);
    else this.released(job);
  }

  released(job: number): void {
    this.running.remove(job);
    this.giveBack(job);
    this.phase[job] = OVER;
    this.#driver.over(job);
  }

  /** The grace period of a preempted job is over. `kept` is the work it need not do again [ms]. */
  stopped(job: number, how: Preemption['how'], kept: number): void {
    this.running.remove(job);
    if (how === 'suspend') {
      // One that is stopped while it is being launched has used none.
      this.#used.set(job, (this.#used.get(job) ?? 0) + Math.max(0, this.now - this.record.lastStart[job]));
      this.record.interrupted(job, this.now, SUSPENDED, kept);
      this.#leaving.forget(job);
      this.ledger.suspend(job);
      this.gathering.gaveBack(job);
      return this.queue(job, PAUSED);
    }
    if (how === 'cancel' || how === 'discard' || how === 'kill') {
      if (how === 'discard') this.record.interrupted(job, this.now, PREEMPTED, kept);
      this.record.ended(job, this.now, how === 'kill' ? KILLED : CANCELLED);
      this.giveBack(job);
      return this.#over(job);
    }
    this.#used.delete(job);
    this.record.interrupted(job, this.now, PREEMPTED, kept);
    this.giveBack(job);
    this.queue(job, PENDING);
  }

  /** Whether the eviction is still to come: not if the job has given back everything meanwhile. */
  isLeaving(eviction: Eviction): boolean {
    return this.#leaving.has(eviction);
  }

  /** Whether the eviction ends the run of its job. */
  breaks({ job, group, tasks }: Eviction): boolean {
    return this.phase[job] === RUNNING && this.ledger.spare(job, group) < tasks;
  }

  /** The grace period of evicted tasks is over. `kept` is the work of the run, if it ends that [ms]. */
  evicted(eviction: Eviction, kept: number): void {
    const { job } = eviction;
    this.#leaving.remove(eviction);
    // One that is being stopped or cleaned gives back everything anyway.
    if (this.phase[job] === STOPPING || this.phase[job] === RELEASING) return;
    const breaks = this.breaks(eviction);
    this.ledger.takeOff(eviction);
    this.gathering.evicted.push(eviction);
    const phase = this.ledger.holds(job) ? BINDING : PENDING;
    if (this.phase[job] === BINDING) this.phase[job] = phase;
    if (!breaks) return this.record.holdsAnew(job, this.now, this.ledger);
    this.running.remove(job);
    this.#used.delete(job);
    this.record.interrupted(job, this.now, PREEMPTED, kept);
    this.queue(job, phase);
  }

  /** The job's node is gone: it goes back into the queue, or ends with `state`. */
  lost(job: number, kept: number, state?: number): void {
    const phase = this.phase[job];
    if (phase === RELEASING) return this.released(job);
    this.#used.delete(job);
    // One that waits and kept or had bound some nodes loses them, and stays in the queue.
    if (phase === PAUSED || phase === BINDING) {
      this.giveBack(job);
      this.phase[job] = PENDING;
      return;
    }
    this.running.remove(job);
    if (state === undefined) this.record.interrupted(job, this.now, NODE_FAILED, kept);
    else this.record.ended(job, this.now, state);
    this.giveBack(job);
    if (state === undefined) this.queue(job, PENDING);
    else this.#over(job);
  }

  /** A job that holds no resources leaves for good: cancelled in the queue, or its dependency can no longer happen. */
  withdraw(job: number, state: number): void {
    if (this.pending.has(job)) this.pending.remove(job);
    if (this.phase[job] === BINDING || this.phase[job] === PAUSED) this.giveBack(job);
    this.#close(job, state);
  }

  /** Nobody may hold anything on the node: see `Ledger.holders`. */
  nodeDown(node: number): void {
    this.gathering.nodeChanged(node, false, this.ledger.nodeDown(node));
    this.record.capacity(this.now, this.ledger.up);
  }

  nodeUp(node: number): void {
    this.gathering.nodeChanged(node, true, this.ledger.nodeUp(node));
    this.record.capacity(this.now, this.ledger.up);
  }

  // What the policy answers.

  start(job: number, within?: WhatIf): void {
    const phase = this.phase[job];
    if (phase !== PENDING && phase !== PAUSED)
      throw new Error(`the policy started job ${job}, which is not waiting: it ${describePhase(phase)}`);
    this.ledger.take(job, within);
    this.#begin(job);
  }

  place(job: number, group: number, node: number, tasks: number, bound = this.now): void {
    const phase = this.phase[job];
    if (phase !== PENDING && phase !== BINDING && phase !== RUNNING)
      throw new Error(`the policy placed tasks of job ${job}, which neither waits nor runs: it ${describePhase(phase)}`);
    checkBound(job, bound, this.now);
    this.ledger.put(job, group, node, tasks);
    this.decisions++;
    if (phase === RUNNING) this.#driver.joined?.(job);
    if (phase === RUNNING) return this.record.holdsAnew(job, this.now, this.ledger);
    if (bound > this.now) this.#boundAt.set(job, Math.max(bound, this.#boundAt.get(job) ?? bound));
    if (this.ledger.ready(job)) this.#begin(job);
    else this.phase[job] = BINDING;
  }

  evict(eviction: Eviction, grace = 0): void {
    const { job, group, node, tasks } = eviction;
    const phase = this.phase[job];
    if (phase !== RUNNING && phase !== BINDING)
      throw new Error(`the policy evicted tasks of job ${job}, which has none that could be: it ${describePhase(phase)}`);
    checkGrace(`evicted tasks of job ${job}`, grace);
    const leaving = this.#leaving.count(job, group, this.ledger.countsOnly ? undefined : node);
    const there = this.ledger.tasksOn(job, group, node) - leaving;
    checkEviction(eviction, there);
    this.decisions++;
    const own = { job, group, node, tasks };
    this.#leaving.add(own);
    this.#driver.evict(own, grace);
  }

  preempt(job: number, preemption: Preemption): void {
    if (this.phase[job] !== RUNNING)
      throw new Error(`the policy preempted job ${job}, which does not run: it ${describePhase(this.phase[job])}`);
    checkPreemption(job, preemption);
    this.decisions++;
    this.phase[job] = STOPPING;
    const at = this.#driver.stop(job, preemption);
    if (this.phase[job] === STOPPING) this.expect(job, Math.min(this.running.expectedEnd(job), at));
  }

  reject(job: number, reason: string): void {
    if (this.phase[job] !== PENDING)
      throw new Error(`the policy rejected job ${job}, which is not waiting: it ${describePhase(this.phase[job])}`);
    this.decisions++;
    this.record.rejected(job, this.now, reason);
    this.withdraw(job, REJECTED);
  }

  wakeAt(time: number): void {
    if (!(time > this.now)) throw new Error(`the policy asked to be woken at ${time} ms, but it is ${this.now} ms already`);
    this.#driver.wake(time);
  }

  explain(job: number, reason: string): void {
    this.record.explained(job, this.now, reason);
  }

  #begin(job: number): void {
    this.decisions++;
    this.pending.remove(job);
    this.phase[job] = RUNNING;
    const begins = this.#driver.launch(job, Math.max(this.now, this.#boundAt.get(job) ?? 0));
    if (this.#boundAt.size > 0) this.#boundAt.delete(job);
    this.record.started(job, begins, this.ledger);
    this.running.add(job, begins + this.walltimeLeft(job));
  }

  protected queue(job: number, phase: number): void {
    this.phase[job] = phase;
    this.pending.add(job, this.record.submit[job], this.now);
    this.gathering.nowPending(job);
  }

  /** The job is now sure to give back its resources at this time. */
  protected expect(job: number, at: number): void {
    this.running.move(job, at);
    this.gathering.expectations = true;
  }

  protected giveBack(job: number): void {
    this.ledger.give(job);
    this.#leaving.forget(job);
    if (this.#boundAt.size > 0) this.#boundAt.delete(job);
    this.gathering.gaveBack(job);
  }

  #close(job: number, state: number): void {
    this.record.closed(job, this.now, state);
    this.#over(job);
  }

  #over(job: number): void {
    this.phase[job] = OVER;
    this.#driver.over(job);
  }
}
