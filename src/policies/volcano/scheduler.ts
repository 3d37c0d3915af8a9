/**
 * Session after session, one each period, as long as they can change anything.
 * Source: pkg/scheduler/scheduler.go, framework/session.go (Volcano v1.15.1).
 */
import type { Cycle } from '../../policy.ts';
import type { Configuration } from './configuration.ts';
import { nominatedRow, whyWaiting } from './explanation.ts';
import { phaseAfter } from './job.ts';
import type { Job } from './job.ts';
import type { PodGroups } from './pod-groups.ts';
import { Session } from './session.ts';
import type { SessionSetup } from './session.ts';
import { ALLOCATED, BINDING, NO_NODE, PENDING, PIPELINED } from './task.ts';
import type { Task } from './task.ts';

/** Sessions in a row that change nothing although chance had a say: after these it is taken to have had all its chances. */
const IDLE_SESSIONS = 5;

export interface SchedulerSetup extends SessionSetup {
  readonly configuration: Configuration;
  readonly groups: PodGroups;
  /** From session to session [ms]. */
  readonly period: number;
  /** How long an evicted pod may go on [ms]. */
  graceOf(task: Task): number;
}

export class Scheduler {
  readonly #setup: SchedulerSetup;
  /** The gang plugin is there, which marks jobs that are not ready. */
  readonly #marksGangs: boolean;
  #lastSession = -Infinity;
  #idle = 0;
  #stale = true;

  constructor(setup: SchedulerSetup) {
    this.#setup = setup;
    this.#marksGangs = setup.tiers.flat().some(({ name }) => name === 'gang');
  }

  /** Something has happened, or it is time. */
  run(cycle: Cycle): void {
    const { cluster, groups, period } = this.#setup;
    const changes = cluster.apply(cycle);
    groups.apply(cycle, changes);
    const { ended, evicted, submitted, expectations } = cycle.changed;
    if (changes.created.length + changes.gone.length + changes.nodes.length > 0 || expectations) this.#stale = true;
    if (ended.length + evicted.length + submitted.length > 0) this.#stale = true;
    if (cycle.now % period !== 0 || cycle.now === this.#lastSession) {
      if (this.#stale) this.#wake(cycle, this.#next(cycle.now));
      return;
    }
    this.#session(cycle);
  }

  #session(cycle: Cycle): void {
    const { groups, configuration, search } = this.#setup;
    const refreshed = groups.refresh(cycle.now);
    const chances = search.chances;
    const jobs = [...groups.jobs()].filter((job) => this.#hasQueue(job, cycle));
    for (const job of jobs) job.startSession();
    const session = new Session(this.#setup, cycle, jobs);
    for (const action of configuration.actions.values()) action(session);
    const changed = this.#close(session, cycle) || refreshed;
    this.#lastSession = cycle.now;
    this.#stale = false;
    this.#idle = changed ? 0 : this.#idle + 1;
    const mayChange = changed || (search.chances > chances && this.#idle < IDLE_SESSIONS);
    this.#wake(cycle, mayChange ? this.#next(cycle.now) : this.#nextByTime(cycle.now));
  }

  /** Tells why jobs wait, moves their phases on and undoes what was not committed. True if anything is new. */
  #close(session: Session, cycle: Cycle): boolean {
    const { groups, graceOf } = this.#setup;
    let changed = session.bound > 0 || session.evicted.length > 0;
    for (const job of session.jobs) {
      const reason = whyWaiting(job);
      if (reason !== undefined) this.#explain(job, reason, cycle);
      const phase = phaseAfter(job, this.#marksGangs && job.tasks.size > 0 && !job.isReady);
      job.phase = phase;
      if (this.#nominate(job) || phase !== job.phaseBefore) changed = true;
      for (const task of job.tasksIn(BINDING)) groups.bound(task);
    }
    session.close(graceOf);
    return changed;
  }

  /** A nomination lasts until there is another one. */
  #nominate(job: Job): boolean {
    let changed = false;
    for (const status of [ALLOCATED, PENDING, PIPELINED] as const) {
      for (const task of job.tasksIn(status)) {
        const row = nominatedRow(task) ?? NO_NODE;
        if (row === NO_NODE || row === task.nominated) continue;
        task.nominated = row;
        changed = true;
      }
    }
    return changed;
  }

  #hasQueue(job: Job, cycle: Cycle): boolean {
    const { queue } = job.spec;
    if (this.#setup.queues.has(queue)) return true;
    this.#explain(job, `The Queue <${queue}> of Job <${job.uid}> does not exist, ignore it.`, cycle);
    return false;
  }

  #explain(job: Job, reason: string, cycle: Cycle): void {
    for (const row of this.#setup.groups.rowsOf(job)) if (cycle.pending.has(row)) cycle.explain(row, reason);
  }

  /** The next session's time, strictly after now. */
  #next(now: number): number {
    const { period } = this.#setup;
    return (Math.floor(now / period) + 1) * period;
  }

  /** The next session that time alone makes different: a pod runs by then, or a job has waited long enough. */
  #nextByTime(now: number): number {
    const { groups, period, configuration, epoch } = this.#setup;
    let time = groups.nextStart();
    for (const job of groups.jobs()) {
      const due = job.spec.created * 1000 - epoch + configuration.longestWait;
      if (job.isPending && due > now) time = Math.min(time, due);
    }
    return Math.max(this.#next(now), Math.ceil(time / period) * period);
  }

  #wake(cycle: Cycle, time: number): void {
    if (time < Infinity) cycle.wakeAt(time);
  }
}
