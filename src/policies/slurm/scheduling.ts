/** What both schedulers of Slurm work on, and the verbs they use. */
import type { Cluster } from '../../cluster.ts';
import type { Cycle } from '../../policy.ts';
import type { SlurmSchedulerParameters } from '../../slurm-scheduler-parameters.ts';
import type { Requests } from '../../workload.ts';
import { Demands } from './demand.ts';
import { JobQueue } from './job-queue.ts';
import { Machine } from './machine.ts';
import { keepOnly, removeAll } from './node-set.ts';
import type { NodeSet } from './node-set.ts';
import { Partitions } from './partitions.ts';
import { PlanClock } from './plan-clock.ts';
import type { Priorities } from './priorities.ts';
import { Running } from './running.ts';
import { Selection } from './selection.ts';
import type { Share } from './selection.ts';
import { WillRun } from './will-run.ts';

/** Which of the two started a job. */
export type Starter = 'main' | 'backfill';

export interface SchedulingSetup {
  readonly jobs: Requests;
  readonly cluster: Cluster;
  readonly parameters: SlurmSchedulerParameters;
  readonly priorities: Priorities;
  /** Told of every start. */
  readonly onStart?: (job: number, starter: Starter) => void;
}

export class Scheduling {
  readonly jobs: Requests;
  readonly parameters: SlurmSchedulerParameters;
  readonly clock: PlanClock;
  readonly running: Running;
  readonly partitions: Partitions;
  readonly priorities: Priorities;
  readonly queue: JobQueue;
  readonly selection: Selection;
  readonly willRun: WillRun;
  /** When jobs, nodes or partitions last changed, as far as backfill looks at that [Unix ms]. */
  lastUpdate = 0;
  readonly #onStart: SchedulingSetup['onStart'];

  constructor({ jobs, cluster, parameters, priorities, onStart }: SchedulingSetup) {
    const machine = new Machine(jobs, cluster);
    this.jobs = jobs;
    this.parameters = parameters;
    this.clock = new PlanClock(jobs);
    this.running = new Running(machine);
    this.partitions = new Partitions(jobs, cluster, machine);
    this.priorities = priorities;
    this.queue = new JobQueue(jobs, this.partitions, priorities, new Demands(jobs, machine, cluster.slurm));
    this.selection = new Selection(machine);
    this.willRun = new WillRun(this.running, this.selection, {
      windowLinear: parameters.backfill.windowLinear,
      killWait: cluster.slurm?.timing.killWait ?? 30_000,
      overTimeLimit: this.partitions.rules.map(({ overTimeLimit }) => overTimeLimit),
    });
    this.#onStart = onStart;
  }

  /** Takes note of what has happened. Answers whether nodes came back from jobs. */
  absorb(cycle: Cycle): boolean {
    const { ended, submitted, turns, expectations } = cycle.changed;
    this.clock.now = cycle.now;
    if (expectations) {
      for (const job of this.running.jobs()) if (!cycle.running.mayPreempt(job)) this.#finish(job);
    }
    for (const job of ended) {
      this.running.release(job);
      this.queue.forget(job);
    }
    for (const { node, up } of turns) this.running.turn(node, up);
    for (const job of submitted) this.priorities.submit(job, cycle.now);
    if (ended.length + submitted.length + turns.length > 0) this.touch();
    return ended.length > 0;
  }

  #finish(job: number): void {
    this.running.finish(job);
    this.touch();
  }

  touch(): void {
    this.lastUpdate = this.clock.unix;
  }

  /** Nodes among `nodes` on which the job could be started at once. */
  startable(job: number, nodes: NodeSet): NodeSet {
    const candidates = this.usable(job, nodes);
    removeAll(candidates, this.running.completing);
    return candidates;
  }

  /** Nodes of its partition among `nodes` that are up and that it does not exclude. */
  usable(job: number, nodes: NodeSet): NodeSet {
    const candidates = nodes.slice();
    keepOnly(candidates, this.partitions.rules[this.partitions.of(job)].nodes);
    keepOnly(candidates, this.running.up);
    const { excluded } = this.queue.demandOf(job);
    if (excluded !== undefined) removeAll(candidates, excluded);
    return candidates;
  }

  start(cycle: Cycle, job: number, shares: readonly Share[], starter: Starter): void {
    for (const { node, group, tasks } of shares) cycle.place(job, group, node, tasks);
    const { running, partitions, clock } = this;
    running.add({
      job,
      shares,
      nodes: running.nodesOf(shares),
      whole: this.queue.demandOf(job).whole,
      end: clock.unix + partitions.limitOf(job),
      partition: partitions.of(job),
    });
    this.touch();
    this.#onStart?.(job, starter);
  }
}
