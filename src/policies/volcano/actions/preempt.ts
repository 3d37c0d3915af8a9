/**
 * Source: pkg/scheduler/actions/preempt/preempt.go (Volcano v1.15.1), without `enableTopologyAwarePreemption`, which is
 * off unless a configuration says so.
 */
import { usageError } from '../../../errors.ts';
import type { Arguments } from '../arguments.ts';
import type { Job } from '../job.ts';
import { PredicateRun } from '../predicate-run.ts';
import type { PriorityQueue } from '../priority-queue.ts';
import { PriorityQueue as Heap } from '../priority-queue.ts';
import type { Queue } from '../queue.ts';
import type { Session } from '../session.ts';
import { Statement } from '../statement.ts';
import { isPreemptable, NO_NODE } from '../task.ts';
import type { Task } from '../task.ts';
import { victimQueue, wouldFit } from '../victims.ts';
import { JobsByQueue, pendingTasks, validJobs } from './action.ts';
import type { ActionEntry } from './action.ts';
import { ERROR_CACHE } from './error-cache.ts';
import type { FitErrorsByRole } from '../node-search.ts';

const TOPOLOGY_AWARE = 'enableTopologyAwarePreemption';
/** They say how the topology-aware way searches. */
const WITHOUT_EFFECT = [
  'topologyAwarePreemptWorkerNum',
  'minCandidateNodesPercentage',
  'minCandidateNodesAbsolute',
  'maxCandidateNodesAbsolute',
];

/** Evicts tasks of the same queue, and then of the same job, for tasks of jobs that starve. */
export const preempt: ActionEntry = {
  name: 'preempt',
  create(given) {
    const caches = readArguments(given);
    return (session) => {
      const action = new Preemption(session, caches);
      const { jobs, starving, tasks } = starvingJobs(session);
      for (let queue = jobs.queues.pop(); queue !== undefined; queue = jobs.queues.pop()) {
        action.betweenJobs(jobs.jobsOf(queue), tasks);
        for (const job of starving.get(queue) ?? []) action.withinJob(job);
      }
    };
  },
};

function readArguments(given: Arguments): boolean {
  for (const name of WITHOUT_EFFECT) given.integer(name, 0);
  if (given.flag(TOPOLOGY_AWARE, false))
    throw usageError(`${TOPOLOGY_AWARE} is not modelled`, given.at(TOPOLOGY_AWARE).path, 'leave it out: it is off then');
  return given.flag(ERROR_CACHE, true);
}

function starvingJobs(session: Session) {
  const jobs = new JobsByQueue(session);
  const starving = new Map<Queue, Job[]>();
  const tasks = new Map<Job, PriorityQueue<Task>>();
  for (const job of validJobs(session)) {
    if (!session.opinions.isStarving(job)) continue;
    jobs.add(job);
    const queue = session.queueOf(job);
    const others = starving.get(queue);
    if (others === undefined) starving.set(queue, [job]);
    else others.push(job);
    tasks.set(job, pendingTasks(session, job));
  }
  return { jobs, starving, tasks };
}

class Preemption {
  readonly #session: Session;
  /** Objections to nodes, by job, kept for the whole action. */
  readonly #known: Map<Job, FitErrorsByRole> | undefined;

  constructor(session: Session, caches: boolean) {
    this.#session = session;
    this.#known = caches ? new Map() : undefined;
  }

  /** Job by job: all evictions for one are made if it will have its minimum, else none. */
  betweenJobs(jobs: PriorityQueue<Job> | undefined, tasks: ReadonlyMap<Job, PriorityQueue<Task>>): void {
    const { opinions } = this.#session;
    for (let job = jobs?.pop(); job !== undefined; job = jobs?.pop()) {
      const preemptor = job;
      const statement = new Statement(this.#session);
      const waiting = tasks.get(job);
      let assigned = false;
      while (opinions.isStarving(job)) {
        const task = waiting?.pop();
        if (task === undefined) break;
        assigned = this.#preempt(statement, task, (victim) => {
          return victim.job !== preemptor && victim.job.spec.queue === preemptor.spec.queue;
        });
      }
      if (!opinions.isPipelined(job)) statement.discard();
      else {
        statement.commit();
        if (assigned) jobs?.push(job);
      }
    }
  }

  /** Task by task, until one finds no victims. */
  withinJob(job: Job): void {
    const tasks = new Heap<Task>((one, other) => this.#session.isTaskBefore(one, other));
    const pending = pendingTasks(this.#session, job);
    for (let task = pending.pop(); task !== undefined; task = pending.pop()) tasks.push(task);
    for (let task = tasks.pop(); task !== undefined; task = tasks.pop()) {
      const statement = new Statement(this.#session);
      const assigned = this.#preempt(statement, task, (victim) => victim.job === job);
      if (!assigned) {
        statement.discard();
        return;
      }
      statement.commit();
    }
  }

  /** Finds the best node that has room for the task once some of the accepted tasks are gone. */
  #preempt(statement: Statement, task: Task, accepts: (victim: Task) => boolean): boolean {
    const session = this.#session;
    const { search } = session.setup;
    const run = new PredicateRun(session, task);
    if (!this.#mayPreempt(task, run) || run.rejected !== undefined) return false;
    const skipped = task.job.fitErrors.get(task)?.unresolvable;
    const candidates = skipped === undefined ? session.rows : session.rows.filter((row) => !skipped.has(row));
    const { rows } = search.find(task, candidates, (row) => run.checkForPreemption(row), this.#knownOf(task.job));
    for (const row of search.sorted(session, task, rows)) if (this.#preemptOn(statement, task, row, accepts)) return true;
    return false;
  }

  #preemptOn(statement: Statement, task: Task, row: number, accepts: (victim: Task) => boolean): boolean {
    const session = this.#session;
    const { nodes } = session.setup;
    const queue = session.queueOf(task.job);
    const candidates = [...nodes.tasks[row]].filter(
      (other) => isPreemptable(other.status) && !(task.bestEffort && !other.bestEffort) && accepts(other),
    );
    const victims = session.opinions.preemptable(task, candidates);
    if (!wouldFit(session, task, row, victims)) return false;
    const fits = () => session.opinions.isAllocatable(queue, task) && nodes.fitsFuture(task.request, row);
    const own = new Statement(session);
    const waiting = victimQueue(session, victims, task);
    let evicts = false;
    while (waiting.size > 0 && !fits()) {
      const victim = waiting.pop();
      if (victim === undefined) break;
      own.evict(victim);
      if (!victim.bestEffort) evicts = true;
    }
    if (!fits()) {
      own.discard();
      return false;
    }
    own.pipeline(task, row, evicts);
    statement.merge(own);
    return true;
  }

  /** Not while pods that were evicted for it are on their way out. */
  #mayPreempt(task: Task, run: PredicateRun): boolean {
    const { pod, nominated } = task;
    if (pod.pod.spec.preemptionPolicy === 'Never') return false;
    if (nominated === NO_NODE) return true;
    const error = run.rejected ?? run.check(nominated);
    if (error === undefined) return false;
    if (error.isUnresolvable) return true;
    const { snapshot } = this.#session.setup.cluster;
    return !snapshot.pods[nominated].some(
      ({ pod: other }) => other.spec.priority < pod.pod.spec.priority && other.deletionTimestamp !== undefined && other.preempted,
    );
  }

  #knownOf(job: Job): FitErrorsByRole | undefined {
    if (this.#known === undefined) return undefined;
    let known = this.#known.get(job);
    if (known === undefined) this.#known.set(job, (known = new Map()));
    return known;
  }
}
