/**
 * The main loop: jobs in order, and nothing behind the first that does not fit in its partition, nor on the nodes of it.
 * Source: Slurm 22.05, src/slurmctld/job_scheduler.c, _schedule.
 */
import type { Cycle } from '../../policy.ts';
import { jobId } from '../../workload.ts';
import { dropLate } from './deadlines.ts';
import type { JobDemand } from './demand.ts';
import type { ArrayWalk } from './job-arrays.ts';
import type { QueueRecord } from './job-queue.ts';
import { isLimitReason } from './limits/reasons.ts';
import { countCommon, countNodes, overlaps, removeAll } from './node-set.ts';
import type { NodeSet } from './node-set.ts';
import { NO_RESERVATION } from './reservations/reservations.ts';
import type { Scheduling } from './scheduling.ts';

/** `full`: over the whole queue, as every sched_interval; else no deeper than default_queue_depth. */
export function mainPass(scheduling: Scheduling, cycle: Cycle, full: boolean): void {
  new MainPass(scheduling, cycle).run(full);
}

class MainPass {
  readonly #scheduling: Scheduling;
  readonly #cycle: Cycle;
  /** Nodes that jobs of this pass may still get. */
  readonly #available: NodeSet;
  /** Partitions that nobody starts in any more, and reservations: each with the job that was the first to fail there. */
  readonly #failed: (number | undefined)[];
  readonly #failedReservations = new Map<number, number>();
  readonly #tried = new Map<number, number>();
  readonly #arrays: ArrayWalk;
  #started = 0;
  /** Licences are planned by backfill: nobody goes past a job that waits for some. */
  #isOver = false;

  constructor(scheduling: Scheduling, cycle: Cycle) {
    this.#scheduling = scheduling;
    this.#cycle = cycle;
    this.#available = scheduling.running.up.slice();
    this.#arrays = scheduling.arrays.walk();
    this.#failed = scheduling.partitions.rules.map(() => undefined);
  }

  run(full: boolean): void {
    const { queue, parameters } = this.#scheduling;
    const { depth, maxStarts, partitionDepth, reduceCompletingFragments } = parameters.main;
    const awaited = this.#scheduling.awaited();
    if (awaited.length > 0 && !reduceCompletingFragments) return;
    for (const { partition, job } of awaited) this.#failAround(partition, job);
    let looked = 0;
    for (const record of queue.build(this.#cycle)) {
      const { job, partition } = record;
      // It may have been started in another of its partitions, or make room for itself there.
      if (!this.#isPending(job) || this.#scheduling.preemption?.isInProgress(job) === true) continue;
      if (this.#isOver || (maxStarts > 0 && this.#started >= maxStarts)) break;
      if (record.isSimple && partitionDepth === 0 && (full || looked <= depth) && this.#failed[partition] !== undefined) {
        looked++;
        this.#wait(job, this.#failed[partition]);
        continue;
      }
      this.#scheduling.look(record);
      if (this.#leavesToBackfill(record) || this.#isTurnedDown(record)) continue;
      if (partitionDepth > 0 && this.#count(partition) >= partitionDepth) this.#scheduling.reasons.behind(this.#cycle, job);
      else if (!full && looked++ > depth) break;
      else this.#try(record);
    }
    if (this.#cycle.pending.size > 0) this.#scheduling.touch();
  }

  /** Heterogeneous jobs are never started here; their partition waits for them. */
  #leavesToBackfill({ job, partition }: QueueRecord): boolean {
    if (!this.#scheduling.queue.demandOf(job).heterogeneous) return false;
    this.#explain(job, 'Resources');
    this.#fail(partition, job);
    return true;
  }

  /** Whether another task of its array could not start, or as many of them run as may. */
  #isTurnedDown(record: QueueRecord): boolean {
    const { reasons, arrays } = this.#scheduling;
    const other = this.#arrays.rejectedFor(record);
    const reason = other === undefined ? undefined : reasons.of(other);
    if (reason !== undefined) this.#explain(record.job, reason);
    if (other !== undefined) return true;
    this.#arrays.consider(record);
    if (!arrays.isFull(record.job)) return false;
    this.#explain(record.job, 'JobArrayTaskLimit');
    return true;
  }

  #isPending(job: number): boolean {
    return this.#cycle.pending.has(job) && this.#scheduling.gang?.isWaiting(job) !== true;
  }

  #count(partition: number): number {
    const tried = this.#tried.get(partition) ?? 0;
    this.#tried.set(partition, tried + 1);
    return tried;
  }

  #try({ job, partition, reservation }: QueueRecord): void {
    const { queue, partitions, limits, reasons } = this.#scheduling;
    const isReserved = reservation !== NO_RESERVATION;
    // Jobs in a reservation wait behind others in it, and for nobody else.
    const blocking = isReserved ? this.#failedReservations.get(reservation) : this.#failed[partition];
    if (blocking !== undefined) return this.#wait(job, blocking);
    if (dropLate(this.#scheduling, this.#cycle, job)) return;
    // What limits held back before is looked at first: only then does it never stop those behind it.
    const held = isLimitReason(reasons.of(job)) ? limits?.beforeNodes(job) : undefined;
    if (held !== undefined) return this.#explain(job, held);
    const demand = queue.demandOf(job);
    if (countCommon(this.#available, partitions.rules[partition].nodes) < demand.minNodes) {
      this.#explain(job, 'Resources (nodes are down, or kept for partitions of higher priority)');
      return this.#fail(partition, job);
    }
    if (!this.#scheduling.hasLicenses(job)) {
      this.#isOver = this.#scheduling.plansLicenses;
      return this.#explain(job, 'Licenses');
    }
    const outcome = this.#scheduling.tryStart(this.#cycle, job, this.#available, 'main');
    if (outcome.started) {
      this.#started++;
      this.#arrays.started();
      return;
    }
    const isKeptOut = outcome.reason === undefined && this.#isKeptOut(job, demand);
    const lacking = isKeptOut ? 'ReqNodeNotAvail (nodes are down, reserved, or kept for others)' : 'Resources';
    this.#explain(job, outcome.reason ?? lacking);
    // It waits for these nodes and no others, whatever keeps it back.
    if (demand.required !== undefined && countNodes(demand.required) >= demand.minNodes)
      return removeAll(this.#available, demand.required);
    if (outcome.reason !== undefined && !(outcome.isPolicy && this.#scheduling.parameters.main.associationStop)) return;
    if (isKeptOut) return;
    if (isReserved) this.#failedReservations.set(reservation, job);
    else if (!this.#mayBePassed(job)) this.#fail(partition, job);
  }

  /** Whether the job waits for nodes that are not there: those that are left to it are free, but too few. */
  #isKeptOut(job: number, demand: JobDemand): boolean {
    const { running, preemption, feasibility } = this.#scheduling;
    const left = this.#scheduling.usable(job, this.#available);
    if (overlaps(left, running.completing)) return false;
    if (preemption === undefined && !running.books.areOpen(left, demand.whole)) return false;
    return !feasibility.fitsOn(left, demand);
  }

  /** Whether jobs behind this one may start though it waits: it is too young or too unimportant for a reservation. */
  #mayBePassed(job: number): boolean {
    const { parameters, requeues, priorities } = this.#scheduling;
    const { minAgeReserve, minPriorityReserve } = parameters.backfill;
    if (minAgeReserve > 0 && this.#cycle.now - requeues.eligibleOf(job) < minAgeReserve) return true;
    const threshold = this.#scheduling.limits?.priorityThreshold(job) ?? minPriorityReserve;
    return priorities.priorityOf(job) < threshold;
  }

  /** Its nodes are waited for: no partition that shares any of them takes part in the pass. */
  #failAround(partition: number, job: number): void {
    const { rules } = this.#scheduling.partitions;
    const { nodes } = rules[partition];
    for (const [other, { nodes: others }] of rules.entries()) if (overlaps(nodes, others)) this.#fail(other, job);
  }

  #fail(partition: number, job: number): void {
    this.#failed[partition] ??= job;
    removeAll(this.#available, this.#scheduling.partitions.rules[partition].nodes);
  }

  /** Others keep it back, this one before all. */
  #wait(job: number, blocking: number): void {
    const { reasons, jobs } = this.#scheduling;
    if (reasons.mayBeBehind(job)) reasons.behind(this.#cycle, job, jobId(jobs, blocking));
  }

  #explain(job: number, reason: string): void {
    this.#scheduling.explain(this.#cycle, job, reason);
  }
}
