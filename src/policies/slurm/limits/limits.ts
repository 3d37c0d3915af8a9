/**
 * What accounts, QoS and partitions let a job do: to be submitted, to be looked at, to start now. It counts what waits and
 * what runs. Source: Slurm 22.05, src/slurmctld/acct_policy.c; job_mgr.c, _job_create.
 */
import { MINUTE, SECOND } from '../../../units.ts';
import type { Cluster } from '../../../cluster.ts';
import type { SlurmConfig } from '../../../slurm.ts';
import type { Requests } from '../../../workload.ts';
import type { JobDemand } from '../demand.ts';
import type { Partitions } from '../partitions.ts';
import type { Given, Priorities } from '../priorities.ts';
import type { Accounting } from '../priority/accounting.ts';
import { MultifactorPriorities } from '../priority/multifactor.ts';
import { CPU, Trackables } from '../priority/trackable.ts';
import { Applicants } from './applicants.ts';
import { Standings } from './job-standing.ts';
import type { JobStanding } from './job-standing.ts';
import { blockingQos, limitDetail } from './limit-detail.ts';
import type { LimitQuestion } from './limit-detail.ts';
import { notAllowed, partitionLimit, turnedAway } from './partition-access.ts';
import type { Applicant, PartitionSize } from './partition-access.ts';
import { Promises } from './promises.ts';
import { Runnable } from './runnable.ts';
import type { Candidate } from './runnable.ts';
import { SubmissionLimits } from './submission.ts';
import { mayEndJobs, UsedUp } from './used-up.ts';

export interface LimitsSetup {
  readonly jobs: Requests;
  readonly cluster: Cluster;
  readonly slurm: SlurmConfig;
  readonly accounting: Accounting;
  readonly partitions: Partitions;
  readonly priorities: Priorities;
  demandOf(job: number): JobDemand;
}

export class Limits {
  readonly #setup: LimitsSetup;
  readonly #accounting: Accounting;
  readonly #trackables: Trackables;
  readonly #applicants: Applicants;
  readonly #standings: Standings;
  readonly #runnable: Runnable;
  readonly #submission: SubmissionLimits;
  readonly #promises: Promises;
  readonly #usedUp: UsedUp;
  /** Whether limits can end a job that runs. */
  readonly endsJobs: boolean;
  readonly #sizes: readonly PartitionSize[];
  /** Jobs that wait or run. */
  readonly #submitted = new Set<number>();
  /** Of each job and partition that was asked for: why it keeps the job back; empty = it does not. */
  readonly #objections = new Map<number, string>();
  /** The same: why it does not let the job in. */
  readonly #access = new Map<number, string>();
  /** Whether limits of associations and QoS hold at all. */
  readonly #enforced: boolean;

  constructor(setup: LimitsSetup) {
    const { jobs, cluster, slurm, priorities } = setup;
    const multifactor = priorities instanceof MultifactorPriorities ? priorities : undefined;
    this.#setup = setup;
    this.#accounting = setup.accounting;
    this.#trackables = multifactor?.trackables ?? new Trackables(jobs, cluster, slurm);
    const { accounting, partitions } = setup;
    this.#applicants = new Applicants({ jobs, slurm, accounting, partitions, trackables: this.#trackables });
    const { names } = this.#trackables;
    this.#standings = new Standings(jobs, this.#accounting, names, multifactor?.usage.usage);
    this.#runnable = new Runnable(names, slurm.enforcement.safe);
    this.#submission = new SubmissionLimits(names);
    this.#promises = new Promises(multifactor !== undefined);
    this.#enforced = slurm.enforcement.limits && (slurm.accounts?.associations.length ?? 0) > 0;
    this.#usedUp = new UsedUp(names);
    this.endsJobs = this.#enforced && !slurm.enforcement.safe && this.#standings.all().some(mayEndJobs);
    this.#sizes = slurm.partitions.map((_, partition) => {
      const amounts = this.#trackables.ofPartition(partition);
      return { nodes: slurm.partitions[partition].nodes.length, cpus: amounts[CPU] };
    });
  }

  /** Why jobs that come at once, as tasks of one array, are turned away; undefined if they are queued. */
  refuse(jobs: readonly number[]): string | undefined {
    const [job] = jobs;
    const { maxArraySize } = this.#setup.slurm;
    const task = Math.max(...jobs.map((one) => this.#setup.jobs.slurm?.arrayTask?.[one] ?? -1));
    if (task >= maxArraySize) return `task ${task} of an array is not below MaxArraySize=${maxArraySize}`;
    const most = this.#setup.slurm.scheduler.main.maxArrayTasks;
    if (task >= 0 && jobs.length > most) return `an array of ${jobs.length} tasks has more than max_array_tasks=${most}`;
    return this.#refusedByAccounts(job) ?? this.#refusedByPartitions(job) ?? this.#refusedByLimits(job, jobs.length);
  }

  /** They wait from now on: for the first time, or again. */
  submit(job: number): void {
    if (!this.#enforced || this.#submitted.has(job)) return;
    this.#submitted.add(job);
    for (const usage of countersOf(this.#standingOf(job))) usage.submitted++;
  }

  /** Why its partition keeps it back, in Slurm's words; undefined if it does not. */
  objection(job: number): string | undefined {
    const { partitions } = this.#setup;
    // What is true of its --time-min is true for backfill only.
    if (partitions.isShortened(job)) return this.#objectionOf(job, partitions.of(job));
    const key = job * this.#sizes.length + partitions.of(job);
    const known = this.#objections.get(key);
    if (known !== undefined) return known === '' ? undefined : known;
    const objection = this.#objectionOf(job, partitions.of(job));
    this.#objections.set(key, objection ?? '');
    return objection;
  }

  #objectionOf(job: number, partition: number): string | undefined {
    const { slurm } = this.#setup;
    const applicant = this.#applicants.of(job);
    const limit = partitionLimit(slurm.partitions[partition], applicant, this.#sizes[partition]);
    if (limit !== undefined || slurm.enforcement.partitionLimits === 'no') return limit;
    return notAllowed(slurm.partitions[partition], applicant) === undefined ? undefined : 'PartitionConfig';
  }

  /** Whether it is under limits of running jobs, of time or of resources. */
  isLimited(job: number): boolean {
    if (!this.#enforced) return false;
    const { hasCounts, hasTres } = this.#standingOf(job);
    return hasCounts || hasTres;
  }

  /** Why it may not start now, whatever nodes there are; undefined if it may. */
  beforeNodes(job: number): string | undefined {
    if (!this.#enforced || !this.#standingOf(job).hasCounts) return undefined;
    return this.#runnable.beforeNodes(this.#candidate(job));
  }

  /** Why it is not tried on any nodes: those who may use the partition, and how many nodes limits allow. */
  notTried(job: number): { readonly reason: string; readonly isPolicy: boolean } | undefined {
    const { partitions } = this.#setup;
    const before = this.beforeNodes(job);
    if (before !== undefined) return { reason: before, isPolicy: true };
    const kept = this.#notAllowed(job, partitions.of(job));
    if (kept !== undefined) return { reason: kept, isPolicy: false };
    const tooMany = this.nodeLimit(job);
    return tooMany === undefined ? undefined : { reason: tooMany, isPolicy: true };
  }

  /** That does not change. */
  #notAllowed(job: number, partition: number): string | undefined {
    const key = job * this.#sizes.length + partition;
    let known = this.#access.get(key);
    if (known === undefined) {
      known = notAllowed(this.#setup.slurm.partitions[partition], this.#applicants.of(job)) ?? '';
      this.#access.set(key, known);
    }
    return known === '' ? undefined : known;
  }

  nodeLimit(job: number): string | undefined {
    return this.#enforced ? this.#runnable.nodeLimit(this.#standingOf(job), this.#setup.demandOf(job).minNodes) : undefined;
  }

  /** Why it may not hold what it would be given, or what it asks for if nodes were not found; undefined if it may. */
  onNodes(job: number, given: Given | undefined): string | undefined {
    if (!this.#enforced || !this.#standingOf(job).hasTres) return undefined;
    const { partitions, demandOf } = this.#setup;
    const amounts =
      given === undefined
        ? this.#trackables.requested(job, demandOf(job).minNodes, partitions.of(job))
        : this.#trackables.given(job, given);
    const nodes = given === undefined ? [] : [...new Set(given.shares.map(({ node }) => node))];
    return this.#runnable.onNodes(this.#candidate(job), amounts, nodes);
  }

  /** Whose limit a reason speaks of, and how far it is used up; undefined if that is not known. */
  detailOf(job: number, word: string): string | undefined {
    return this.#enforced ? limitDetail(this.#questionOf(job, word)) : undefined;
  }

  /** The QoS that lets no more of its jobs start, for this reason; undefined if it is another limit. */
  blockingQos(job: number, word: string): string | undefined {
    return this.#enforced ? blockingQos(this.#questionOf(job, word)) : undefined;
  }

  /** The QoS that a job is under: its own, and that of its partition. */
  qosOf(job: number): readonly string[] {
    return this.#enforced ? this.#standingOf(job).qos.map(({ name }) => name) : [];
  }

  #questionOf(job: number, word: string): LimitQuestion {
    const { partitions, demandOf } = this.#setup;
    const asked = this.#trackables.requested(job, demandOf(job).minNodes, partitions.of(job));
    const minutes = partitions.limitOf(job) / MINUTE;
    return { word, standing: this.#standingOf(job), resources: this.#trackables.names, asked, minutes };
  }

  /** MinPrioThreshold: less important jobs get no reservation, whatever SchedulerParameters say; undefined if none is given. */
  priorityThreshold(job: number): number | undefined {
    if (!this.#enforced) return undefined;
    return this.#standingOf(job).qos.find(({ priorityThreshold }) => priorityThreshold > 0)?.priorityThreshold;
  }

  /** Its QoS lets nobody reserve for it (NoReserve). */
  mayNotReserve(job: number): boolean {
    return this.#standingOf(job).own?.flags.has('noreserve') === true;
  }

  /** [Unix ms] */
  started(job: number, given: Given, now: number): void {
    if (!this.#enforced) return;
    this.submit(job);
    const standing = this.#standingOf(job);
    const amounts = this.#trackables.given(job, given);
    const nodes = [...new Set(given.shares.map(({ node }) => node))];
    for (const usage of countersOf(standing)) usage.begin(amounts, nodes);
    const seconds = this.#setup.partitions.limitOf(job) / SECOND;
    this.#promises.begin(job, { standing, amounts, nodes, start: now / SECOND, limit: now / SECOND + seconds });
  }

  /** Why a job that runs is to be killed: a limit of time is used up; undefined if it may go on. `now`: less what it was suspended [Unix ms]. */
  usedUp(job: number, now: number): string | undefined {
    const run = this.#promises.of(job);
    return run && this.#usedUp.reason(run.standing, run.amounts, Math.floor((now / SECOND - run.start) / 60));
  }

  /** It has ended, or is being stopped; if it comes again it is submitted again. */
  ended(job: number): void {
    const run = this.#promises.end(job);
    if (run !== undefined) for (const usage of countersOf(run.standing)) usage.end(run.amounts, run.nodes);
    if (!this.#submitted.delete(job)) return;
    for (const usage of countersOf(run?.standing ?? this.#standingOf(job))) usage.submitted--;
  }

  /** What jobs ran in periods that have ended is not promised any more. `next`: when the period that goes on ends [Unix ms]. */
  endPeriods(next: number): void {
    this.#promises.endPeriod((next - this.#setup.slurm.priority.calcPeriod) / SECOND);
  }

  #refusedByPartitions(job: number): string | undefined {
    const { slurm, partitions } = this.#setup;
    const applicant = this.#applicants.of(job);
    const named = partitions.allOf(job).filter((partition) => partition >= 0);
    const away = named.map((partition) => turnedAway(slurm.partitions[partition], applicant)).find((why) => why !== undefined);
    if (away !== undefined || slurm.enforcement.partitionLimits === 'no') return away;
    const reasons = named.map((partition) => this.#refusedBy(partition, applicant));
    const refused = reasons.filter((reason) => reason !== undefined);
    const isLet = slurm.enforcement.partitionLimits === 'any' ? refused.length < reasons.length : refused.length === 0;
    return isLet ? undefined : refused[0];
  }

  /** A partition that is down is not measured, but who may use it is looked at. */
  #refusedBy(partition: number, applicant: Applicant): string | undefined {
    const rules = this.#setup.slurm.partitions[partition];
    const limit = rules.state === 'up' ? partitionLimit(rules, applicant, this.#sizes[partition]) : undefined;
    return limit ?? notAllowed(rules, applicant);
  }

  #refusedByAccounts(job: number): string | undefined {
    const { slurm } = this.#setup;
    const { associations, qos: enforcesQos } = slurm.enforcement;
    if ((slurm.accounts?.associations.length ?? 0) === 0) return undefined;
    const needsReservation = this.#applicants.flagsOf(job).has('requiresreservation');
    if (needsReservation && this.#applicants.optionsOf(job).reservation === undefined) return this.#invalidQos(job);
    const association = this.#applicants.associationOf(job);
    if (association < 0) return associations ? 'InvalidAccount' : undefined;
    if (!enforcesQos) return undefined;
    const allowed = this.#accounting.tree.associations[association].qos;
    const qos = this.#accounting.qos[this.#accounting.qosOf(job, association)]?.name;
    return qos === undefined || allowed?.includes(qos) === false ? this.#invalidQos(job) : undefined;
  }

  /** In Slurm's word, with the QoS that is meant: the one that it names, or the default of its association. */
  #invalidQos(job: number): string {
    const { qos } = this.#applicants.of(job);
    return qos === undefined ? 'InvalidQOS' : `InvalidQOS (${qos})`;
  }

  #refusedByLimits(job: number, count: number): string | undefined {
    if (!this.#enforced) return undefined;
    const { partitions, demandOf } = this.#setup;
    const amounts = this.#trackables.requested(job, demandOf(job).minNodes, partitions.of(job));
    return this.#submission.refuse({ ...this.#candidate(job), amounts, jobs: count });
  }

  #candidate(job: number): Candidate {
    const { qos, own, associations, usageFactor, factorIsSafe, hasTres, hasCounts } = this.#standingOf(job);
    const minutes = this.#setup.partitions.limitOf(job) / MINUTE;
    // All of one shape, and not spread: this is made for every job that is looked at.
    return { qos, own, associations, usageFactor, factorIsSafe, hasTres, hasCounts, minutes };
  }

  #standingOf(job: number): JobStanding {
    const { slurm, partitions } = this.#setup;
    return this.#standings.of(job, slurm.partitions[partitions.of(job)]);
  }
}

/** Everything that counts a job. */
function* countersOf({ qos, associations }: JobStanding) {
  for (const { usage, ofUser, ofAccount } of qos) yield* [usage, ofUser, ofAccount];
  for (const { usage } of associations) yield usage;
}
