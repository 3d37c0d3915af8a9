/**
 * priority/multifactor: a sum of weighed factors, computed when a job is submitted and then only every PriorityCalcPeriod, so
 * that age and fair share are staircases. Without slurmdbd age and fair share count nothing, and nothing is computed anew.
 * Source: Slurm 22.05, priority_multifactor.c, _get_priority_internal, _decay_thread; job_mgr.c, batch_requeue_fini;
 * acct_policy.c, acct_policy_handle_accrue_time.
 */
import { nodeCount } from '../../../cluster.ts';
import type { Cluster } from '../../../cluster.ts';
import { JobPartitions } from '../../../job-partitions.ts';
import type { SlurmConfig } from '../../../slurm.ts';
import type { SlurmOptions } from '../../../slurm-workload.ts';
import type { Requests } from '../../../workload.ts';
import { PlanClock } from '../plan-clock.ts';
import type { Given, Priorities } from '../priorities.ts';
import { Accounting } from './accounting.ts';
import { makeAccrual } from './accrual.ts';
import type { Accrual } from './accrual.ts';
import { FairShares } from './fair-shares.ts';
import { JobFactors } from './job-factors.ts';
import type { JobFacts } from './job-factors.ts';
import { CPU, Trackables } from './trackable.ts';
import { UsageClock } from './usage-clock.ts';
import { Usage } from './usage.ts';
import { PrioritySum } from './priority-sum.ts';

const SECOND = 1000;

interface Known {
  readonly job: number;
  readonly sum: PrioritySum;
  facts: JobFacts;
  /** Since when it grows older; Infinity: it does not yet [Unix ms]. */
  accrues: number;
  /** When it may start [Unix ms]. */
  eligible: number;
  /** `over`: it is forgotten with the next computation, unless it is requeued. */
  state: 'pending' | 'running' | 'over';
}

/** Jobs that are over are forgotten when there are so many of them, even if nothing is computed anew. */
const MOST_OVER = 4096;

export class MultifactorPriorities implements Priorities {
  next: number;
  readonly accounting: Accounting;
  readonly trackables: Trackables;
  readonly usage: UsageClock;
  readonly fairShares: FairShares;
  readonly #jobs: Requests;
  readonly #slurm: SlurmConfig;
  readonly #partitions: JobPartitions;
  readonly #clock: PlanClock;
  readonly #factors: JobFactors;
  /** Absent where every waiting job grows older. */
  readonly #accrual: Accrual | undefined;
  /** Jobs that do not grow older yet, in the order of their ids. */
  #young: number[] = [];
  /** Of each job that waits or runs, and of some that are over. */
  readonly #known: (Known | undefined)[];
  /** The same without gaps, in the order of their ids if it is sorted. */
  #order: Known[] = [];
  #isSorted = true;
  #over = 0;

  /** `first`: when priorities are computed anew for the first time [ms]. */
  constructor(jobs: Requests, cluster: Cluster, slurm: SlurmConfig, first: number) {
    const { calcPeriod, decayHalfLife, usageReset, accounting } = slurm.priority;
    this.#jobs = jobs;
    this.#known = new Array<Known | undefined>(jobs.submit.length).fill(undefined);
    this.#slurm = slurm;
    this.#partitions = new JobPartitions(jobs, cluster);
    this.#clock = new PlanClock(jobs);
    this.accounting = new Accounting(jobs, slurm.accounts, slurm.enforcement.associations);
    this.trackables = new Trackables(jobs, cluster, slurm);
    const { tree, qos } = this.accounting;
    const usage = new Usage(tree, qos, this.trackables.names.length, decayHalfLife);
    this.usage = new UsageClock(usage, usageReset, this.#clock.unixOf(first - calcPeriod));
    this.fairShares = new FairShares(tree, usage, slurm.priority);
    this.#factors = new JobFactors(slurm, nodeCount(cluster), this.trackables, this.accounting);
    this.#accrual = makeAccrual(jobs, this.accounting, slurm);
    this.next = accounting ? first : Infinity;
  }

  submit(job: number, now: number): void {
    const { requeueDelay } = this.#slurm.scheduler.main;
    const always = this.#slurm.priority.flags.has('ACCRUE_ALWAYS');
    const known = this.#known[job];
    if (known !== undefined) {
      // Its priority stays until all are computed anew, but its age begins again when it may start again.
      if (known.state === 'over') this.#over--;
      known.state = 'pending';
      known.eligible = this.#clock.unixOf(now) + (always ? 0 : requeueDelay + SECOND);
      this.#grow(job, known);
      return;
    }
    const { begin } = this.#jobs.slurm ?? {};
    const eligible = Math.max(now, begin === undefined || Number.isNaN(begin[job]) ? now : begin[job]);
    const facts = this.#factsOf(job);
    const sum = new PrioritySum(this.#factors, this.#slurm.priority, facts, this.#optionsOf(job));
    const accrues = this.#clock.unixOf(always ? this.#jobs.submit[job] : eligible);
    const made: Known = { job, sum, facts, accrues, eligible: accrues, state: 'pending' };
    this.#known[job] = made;
    this.#grow(job, made);
    this.#isSorted &&= job > (this.#order.at(-1)?.job ?? -1);
    this.#order.push(made);
    // It has not begun to grow old.
    sum.compute(0, this.fairShares.factorOf(facts.association));
  }

  /** From when it may start, or, where that is limited, when it is its turn. */
  #grow(job: number, known: Known): void {
    known.accrues = this.#accrual === undefined ? known.eligible : Infinity;
    if (this.#accrual === undefined) return;
    const isLast = job > (this.#young.at(-1) ?? -1);
    this.#young.push(job);
    if (!isLast) this.#young.sort((a, b) => a - b);
  }

  beginAges(now: number): void {
    if (this.#accrual === undefined || this.#young.length === 0) return;
    const unix = this.#clock.unixOf(now);
    this.#young = this.#young.filter((job) => {
      const known = this.#known[job];
      if (known?.state !== 'pending') return false;
      if (known.eligible > unix || this.priorityOf(job) === 0) return true;
      const since = this.#accrual?.admit({ job, ...known.facts });
      if (since !== undefined) known.accrues = since === 'free' ? known.eligible : unix;
      return since === undefined;
    });
  }

  start(job: number, given: Given, now: number): void {
    const known = this.#known[job];
    if (known === undefined) return;
    const { association } = known.facts;
    const tres = this.trackables.given(job, given);
    const qos = this.accounting.qosOf(job, association);
    const ofPartition = this.accounting.qosNamed(this.#slurm.partitions[given.partition]?.qos);
    const charge = {
      association,
      qos,
      partitionQos: ofPartition === qos ? -1 : ofPartition,
      billing: this.trackables.billing(tres, given.partition),
      tres,
    };
    this.usage.start(job, charge, this.#clock.unixOf(now));
    this.plan(job, given);
    known.state = 'running';
    this.#accrual?.leave({ job, ...known.facts });
  }

  finish(job: number, now: number): void {
    const known = this.#known[job];
    if (known === undefined || known.state === 'over') return;
    this.usage.finish(job, this.#clock.unixOf(now));
    this.#accrual?.leave({ job, ...known.facts });
    known.state = 'over';
    if (++this.#over > MOST_OVER) this.#forgetOver();
  }

  #forgetOver(): void {
    if (this.#over === 0) return;
    this.#order = this.#order.filter(({ job, state }) => {
      if (state === 'over') this.#known[job] = undefined;
      return state !== 'over';
    });
    this.#over = 0;
  }

  plan(job: number, given: Given): void {
    const known = this.#known[job];
    if (known === undefined || this.#slurm.priority.weights.jobSize === 0) return;
    const cpus = this.trackables.given(job, given)[CPU];
    if (cpus === known.facts.cpus) return;
    known.facts = { ...known.facts, cpus };
    known.sum.resize(known.facts);
  }

  priorityOf(job: number, partition?: number): number {
    return this.#known[job]?.sum.priorityIn(partition) ?? 0;
  }

  catchUp(now: number): number | undefined {
    let changed: number | undefined;
    for (; this.next <= now; this.next += this.#slurm.priority.calcPeriod) {
      if (this.#computeAll(this.#clock.unixOf(this.next))) changed = this.next;
    }
    return changed;
  }

  /** A period has ended. Answers whether jobs wait. */
  #computeAll(now: number): boolean {
    this.usage.resetIfDue(now);
    this.fairShares.beforeCharging();
    this.usage.decay(now);
    let waiting = false;
    this.#forgetOver();
    if (!this.#isSorted) this.#order.sort((a, b) => a.job - b.job);
    this.#isSorted = true;
    if (this.fairShares.tree !== undefined) {
      for (const { job, state } of this.#order) if (state === 'running') this.usage.charge(job, now);
      this.fairShares.afterCharging();
    }
    for (const known of this.#order) {
      // The classic way goes through the jobs once: those behind a running one already see what it is charged.
      if (this.fairShares.tree === undefined && known.state === 'running') this.usage.charge(known.job, now);
      if (known.state !== 'pending') continue;
      waiting = true;
      known.sum.compute(Math.max(0, now - known.accrues), this.fairShares.factorOf(known.facts.association));
    }
    this.usage.endPeriod(now);
    return waiting;
  }

  #optionsOf(job: number): SlurmOptions {
    const { slurm, firstGroup } = this.#jobs;
    const option = slurm?.optionsOfGroup[firstGroup[job]] ?? -1;
    return option < 0 ? {} : slurm!.options[option];
  }

  #factsOf(job: number): JobFacts {
    const partition = this.#partitions.of(job);
    const association = this.accounting.associationOf(job, this.#slurm.partitions[partition]?.name);
    const minNodes = this.#minNodesOf(job);
    const tres = this.trackables.requested(job, minNodes, partition);
    const cpus = Math.max(tres[CPU], minNodes);
    const qos = this.accounting.qosOf(job, association);
    return { partition, association, qos, minNodes, cpus, tres, walltime: this.#jobs.walltime[job] };
  }

  /** As sbatch fills it in. */
  #minNodesOf(job: number): number {
    const { firstGroup, groupTasks } = this.#jobs;
    const { minNodes, tasks, tasksPerNode } = this.#optionsOf(job);
    if (minNodes !== undefined) return minNodes;
    if (tasksPerNode === undefined) return 1;
    return Math.ceil((tasks ?? groupTasks[firstGroup[job]]) / tasksPerNode);
  }
}

/** That by which priorities are computed, or else one of the same kind. */
export function accountingOf(priorities: Priorities, jobs: Requests, slurm: SlurmConfig): Accounting {
  if (priorities instanceof MultifactorPriorities) return priorities.accounting;
  return new Accounting(jobs, slurm.accounts, slurm.enforcement.associations);
}
