/** The jobs that may start, in the order in which Slurm looks at them. Source: Slurm 22.05, job_scheduler.c, build_job_queue. */
import type { Cycle } from '../../policy.ts';
import type { Requests } from '../../workload.ts';
import { Demands } from './demand.ts';
import type { JobDemand } from './demand.ts';
import type { Partitions } from './partitions.ts';
import type { Priorities } from './priorities.ts';

export class JobQueue {
  readonly #jobs: Requests;
  readonly #partitions: Partitions;
  readonly #priorities: Priorities;
  readonly #demands: Demands;
  readonly #known = new Map<number, JobDemand>();

  constructor(jobs: Requests, partitions: Partitions, priorities: Priorities, demands: Demands) {
    this.#jobs = jobs;
    this.#partitions = partitions;
    this.#priorities = priorities;
    this.#demands = demands;
  }

  demandOf(job: number): JobDemand {
    const known = this.#known.get(job);
    if (known !== undefined) return known;
    const demand = this.#demands.of(job, this.#partitions.of(job));
    this.#known.set(job, demand);
    return demand;
  }

  forget(job: number): void {
    this.#known.delete(job);
  }

  /** Those that nothing but resources and others before them keeps back; for the rest it says why. */
  build(cycle: Cycle): number[] {
    const jobs: number[] = [];
    for (let job = cycle.pending.first(); job >= 0; job = cycle.pending.after(job)) {
      const reason = this.#objection(job, cycle.now);
      if (reason === undefined) jobs.push(job);
      else cycle.explain(job, reason);
    }
    return jobs.sort((a, b) => this.#compare(a, b));
  }

  /** When the next of the waiting jobs may begin that asked for a time [ms]; Infinity if none did. */
  nextBegin(cycle: Cycle): number {
    const begin = this.#jobs.slurm?.begin;
    let next = Infinity;
    if (begin === undefined) return next;
    for (let job = cycle.pending.first(); job >= 0; job = cycle.pending.after(job)) {
      if (begin[job] > cycle.now) next = Math.min(next, begin[job]);
    }
    return next;
  }

  #objection(job: number, now: number): string | undefined {
    const begin = this.#jobs.slurm?.begin?.[job] ?? NaN;
    if (this.#priorities.priorityOf(job) === 0) return 'JobHeldUser';
    if (begin > now) return 'BeginTime';
    const demand = this.demandOf(job);
    return demand.trouble ?? this.#partitions.objection(job, demand.minNodes);
  }

  /** Tier of the partition, priority, submission, id. */
  #compare(a: number, b: number): number {
    const { rules } = this.#partitions;
    const { submit } = this.#jobs;
    const tier = rules[this.#partitions.of(b)].tier - rules[this.#partitions.of(a)].tier;
    return tier || this.#priorities.priorityOf(b) - this.#priorities.priorityOf(a) || submit[a] - submit[b] || a - b;
  }
}
