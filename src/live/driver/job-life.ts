/**
 * What becomes of the jobs of a run as their pods come, start, end and go. The rules:
 *
 * - A job is submitted when all its pods are there.
 * - It begins when as many pods are up as each of its groups needs, and ends when all that have a node have ended.
 * - A pod that could not be bound takes back the decision for its job. If it is the only one that was decided on, the job
 *   just waits on; else the others lose their nodes, too: a binding cannot be undone, so those that are bound already are
 *   deleted and made anew.
 * - A job that loses a pod that was on a node, or whose node throws one out, loses the others, too, and begins anew.
 * - A pod that somebody else has bound is deleted and made anew.
 * - Until the last of its pods has left its node, a job holds all that it was given.
 * - A job all of whose pods have come to a good end is over, whatever was about to be done to it.
 * - A pod that is gone is made anew, unless its job is over.
 */
import type { LiveCore } from '../../engine/live-core.ts';
import { RUNNING, STOPPING } from '../../engine/phase.ts';
import type { Eviction } from '../../policy.ts';
import { COMPLETED, KILLED } from '../../schedule.ts';
import type { Happenings } from './happenings.ts';
import { JobStates } from './job-states.ts';
import { hasFinished, isDoneAllTheSame, isDoneElsewhere, isThere, outcomeOf } from './job-progress.ts';
import type { Halt, JobState } from './job-states.ts';
import { beginLeaving, settleLeaving } from './leaving-tasks.ts';
import { isFinished } from './live-pod.ts';
import type { LivePod } from './live-pod.ts';
import type { Occupancy } from './occupancy.ts';
import type { PodOrders } from './pod-orders.ts';
import { finish, free, hasCompleted, hasEnded, isOffNode } from './tasks.ts';
import type { Task, TaskTable } from './tasks.ts';

export interface JobLifeParts {
  readonly core: LiveCore;
  readonly tasks: TaskTable;
  readonly happenings: Happenings;
  readonly occupancy: Occupancy;
  readonly nodeNames: readonly string[];
  readonly pods: PodOrders;
}

export class JobLife {
  readonly #parts: JobLifeParts;
  readonly states = new JobStates();
  /** Jobs of which something has changed. */
  readonly #changed = new Set<number>();
  constructor(parts: JobLifeParts) {
    this.#parts = parts;
  }

  // What is seen and answered.

  /** A pod is there, or has changed. */
  see(pod: LivePod): void {
    const task = pod.mark && this.#parts.tasks.find(pod.mark);
    if (task === undefined) return this.#seeStranger(pod);
    const known = task.pod;
    if (known !== undefined && known.uid !== pod.uid) {
      // Two pods for one task: the one that came first stays.
      if (!pod.terminating) this.#parts.pods.delete(pod, 'surplus');
      return this.#seeStranger(pod);
    }
    if (known === undefined) this.#parts.occupancy.forget(pod.uid);
    task.pod = pod;
    task.isComing = false;
    task.generation = Math.max(task.generation, pod.mark?.generation ?? 0);
    this.#changed.add(task.job);
  }

  gone(pod: LivePod): void {
    const task = pod.mark && this.#parts.tasks.find(pod.mark);
    if (task?.pod?.uid !== pod.uid) return this.#parts.occupancy.forget(pod.uid);
    // One that ended while it was being stopped is often told to have ended and to be gone in one breath.
    task.pod = pod;
    const hasJust = this.states.of(task.job).halt === undefined ? hasEnded(task) : pod.phase === 'Succeeded';
    const isDone = task.state === 'free' && hasCompleted(task);
    if ((task.state === 'bound' && hasJust) || isDone) finish(task, pod);
    task.pod = undefined;
    this.#parts.occupancy.forget(pod.uid);
    this.#changed.add(task.job);
  }

  /** The server has bound the pod. */
  bound(task: Task): void {
    // A watch may have told it before, or that it is gone already.
    if (task.state === 'binding') task.state = 'bound';
    this.#changed.add(task.job);
  }

  /** The server will not bind the pod. */
  notBound(task: Task): void {
    if (task.state !== 'binding') return;
    task.state = 'decided';
    this.states.of(task.job).failures++;
    this.halt(task.job, { why: 'undone' });
  }

  /** The pod could not be made: it is tried again. */
  notCreated(task: Task): void {
    task.isComing = false;
    if (!this.states.of(task.job).isOver) this.#parts.pods.make(task);
  }

  /** Whether jobs are being taken off their nodes. */
  get isHalting(): boolean {
    return this.states.areHalting();
  }

  /** The node does not exist any more. */
  nodeGone(node: number): void {
    for (const job of this.#parts.tasks.jobsOn(node)) {
      const lost = this.#parts.tasks.of(job).filter((task) => task.node === node && task.state !== 'finished' && !hasEnded(task));
      for (const { pod, state } of lost) if (pod !== undefined && state === 'bound') this.#parts.pods.delete(pod, 'orphan');
      if (lost.length > 0) this.halt(job, { why: 'lost' });
    }
  }

  /** Looks at all jobs of which something has changed. */
  settle(): void {
    const changed = [...this.#changed];
    this.#changed.clear();
    for (const job of changed) this.#settle(job);
  }

  /** Whether all tasks that were given a node have ended by themselves. */
  hasFinished(job: number): boolean {
    return hasFinished(this.#parts.tasks, job);
  }

  // What is asked for.

  /** Takes the job off its nodes. `grace`: how long its pods may take to stop; as they say if absent [ms]. */
  halt(job: number, halt: Halt, grace?: number): void {
    const { core, tasks } = this.#parts;
    const state = this.states.of(job);
    this.#changed.add(job);
    // The walltime of a job goes on while it is given time to stop.
    const isSooner = halt.why === 'limit' && state.halt?.why === 'preempted';
    if ((state.halt !== undefined && !isSooner) || state.isOver) return;
    state.halt = halt;
    core.breaking(job, core.now + (grace ?? 0));
    for (const task of tasks.of(job)) {
      if (task.state === 'decided') free(task);
      else this.#parts.pods.takeOff(task, halt.why, grace);
    }
  }

  /** Takes some of a job's tasks off a node. */
  evict(eviction: Eviction, grace: number): void {
    beginLeaving(this.#parts, this.states.of(eviction.job), eviction, grace);
    this.#changed.add(eviction.job);
  }

  /** Nothing will happen to the job any more: what is left of its pods goes, but for those that have ended. */
  over(job: number): void {
    this.states.of(job).isOver = true;
    this.#changed.add(job);
  }

  // What follows.

  #settle(job: number): void {
    const state = this.states.of(job);
    if (state.isOver) return this.#clear(job);
    if (this.#wasDoneElsewhere(job, state)) return;
    for (const task of this.#parts.tasks.of(job)) this.#settleTask(task, state);
    if (state.halt !== undefined) return this.#settleHalt(job, state, state.halt);
    // One that ends by itself while some of it is leaving has ended.
    if (this.#parts.core.phase[job] === RUNNING && this.#settleRun(job, state)) return;
    settleLeaving(this.#parts, state);
    if (!state.isSubmitted) this.#settleArrival(job, state);
  }

  #settleTask(task: Task, state: JobState): void {
    const { pod } = task;
    if (pod === undefined) return this.#settleMissing(task, state);
    const expected = task.node < 0 ? undefined : this.#parts.nodeNames[task.node];
    if (pod.nodeName === undefined || task.state === 'finished') return;
    if (task.state === 'binding' && pod.nodeName === expected) task.state = 'bound';
    if (task.state !== 'bound') return this.#settleIntruder(task, pod);
    if (!isFinished(pod) || state.halt !== undefined) return;
    if (hasEnded(task)) finish(task, pod);
    else if (!task.isLeaving) {
      this.#parts.pods.delete(pod, 'lost');
      this.halt(task.job, { why: 'lost' });
    }
  }

  #settleMissing(task: Task, state: JobState): void {
    if (task.state === 'bound' && !task.isLeaving && state.halt === undefined) this.halt(task.job, { why: 'lost' });
    if (task.state === 'free' || task.state === 'decided') this.#parts.pods.replace(task);
  }

  /** Somebody else has bound it: what was decided is void. */
  #settleIntruder(task: Task, pod: LivePod): void {
    this.#seeStranger(pod);
    if (task.state === 'binding') return;
    this.#parts.pods.delete(pod, 'intruder');
    if (task.state === 'decided') this.halt(task.job, { why: 'undone' });
  }

  /**
   * A driver that was started while a node was away takes what ran there for lost, and others bind pods, too: if all have come
   * to a good end before they were deleted, there is nothing left to be done.
   */
  #wasDoneElsewhere(job: number, state: JobState): boolean {
    const { core, tasks, happenings } = this.#parts;
    if (state.halt !== undefined || core.phase[job] === RUNNING) return false;
    if (!isDoneElsewhere(tasks, job)) {
      for (const task of tasks.of(job)) if (task.state === 'finished' && task.node < 0) free(task);
      return false;
    }
    state.isSubmitted = true;
    happenings.ended({ job, beganAs: state.beganAs, isDue: false, apply: () => core.wasDone(job) });
    return true;
  }

  #settleHalt(job: number, state: JobState, halt: Halt): void {
    const { core, tasks, happenings } = this.#parts;
    for (const task of tasks.of(job)) this.#parts.pods.takeOff(task, halt.why);
    if (!tasks.of(job).every(isOffNode)) return;
    const isRun = core.phase[job] === RUNNING || core.phase[job] === STOPPING;
    const isDone = isRun && isDoneAllTheSame(tasks, job);
    const end = { job, beganAs: state.beganAs, isDue: halt.why === 'limit' };
    happenings.ended({
      ...end,
      apply: () => {
        state.halt = undefined;
        state.leaving = [];
        // What has come to its end all the same was not stopped: calls take their time.
        if (isDone) core.ended(job, COMPLETED, core.now);
        else this.#close(job, halt);
        this.#reset(job);
      },
    });
  }

  #close(job: number, halt: Halt): void {
    const { core } = this.#parts;
    const state = this.states.of(job);
    if (halt.why === 'undone' && !state.hasBegun) return core.undone(job);
    state.hasBegun = false;
    if (halt.why === 'limit') core.ended(job, KILLED, core.now);
    else if (halt.why === 'preempted') core.stopped(job, halt.how, 0);
    else core.lost(job, 0);
  }

  /** The job has no decisions any more; pods that were used are made anew, unless it is over. */
  #reset(job: number): void {
    this.#changed.add(job);
    if (this.states.of(job).isOver) return;
    for (const task of this.#parts.tasks.of(job)) this.#parts.pods.renew(task);
  }

  /** Answers whether the run is over. */
  #settleRun(job: number, state: JobState): boolean {
    const { core, tasks, happenings } = this.#parts;
    if (!state.hasBegun && isThere(tasks, job)) {
      state.hasBegun = true;
      state.failures = 0;
      core.began(job);
    }
    if (!state.hasBegun || !this.hasFinished(job)) return false;
    const outcome = outcomeOf(tasks, job);
    const isDue = core.running.expectedEnd(job) <= core.now;
    happenings.ended({ job, beganAs: state.beganAs, isDue, apply: () => core.ended(job, outcome, core.now) });
    return true;
  }

  #settleArrival(job: number, state: JobState): void {
    const { core, tasks, happenings } = this.#parts;
    if (!tasks.of(job).every(({ pod }) => pod !== undefined && !pod.terminating)) return;
    state.isSubmitted = true;
    happenings.submitted(job, () => core.submit(job));
  }

  #clear(job: number): void {
    for (const { pod } of this.#parts.tasks.of(job)) {
      if (pod === undefined) continue;
      // One that a driver before could not stop in time is on its node still.
      this.#seeStranger(pod);
      if (!isFinished(pod)) this.#parts.pods.delete(pod, 'surplus');
    }
  }

  #seeStranger(pod: LivePod): void {
    if (isFinished(pod)) this.#parts.occupancy.forget(pod.uid);
    else this.#parts.occupancy.see(pod);
  }
}
